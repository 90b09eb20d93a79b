"""`manage.py load_demo` and the catalogue in it."""

import json

import pytest
from django.core.management import call_command

from accounts.models import User
from collections_app.models import Collection
from config.demo.loader import FOLDER
from movies.models import Comment, Favorite, Like, Movie, Rating

pytestmark = pytest.mark.django_db
FILMS = json.loads((FOLDER / "films.json").read_text(encoding="utf-8"))


def test_an_empty_database_gets_a_catalogue_and_people(capsys):
    call_command("load_demo")
    assert f"Demo data: {len(FILMS)} films, " in capsys.readouterr().out
    assert Movie.objects.count() == len(FILMS)
    for model in (Rating, Like, Favorite, Comment, Collection):
        assert model.objects.count() >= 9
    assert Movie.objects.filter(stats__favorites_count__gt=0).count() >= 10
    call_command("verify", verbosity=0)


def test_nobody_can_log_in_as_a_demo_user():
    call_command("load_demo", verbosity=0)
    assert User.objects.exists()
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_a_database_with_anything_in_it_is_left_alone(alice, capsys):
    call_command("load_demo")
    assert "not empty" in capsys.readouterr().out
    assert not Movie.objects.exists()
    assert User.objects.count() == 1


def test_the_films_are_many_and_complete():
    assert len(FILMS) >= 200
    for film in FILMS:
        assert set(film) == {"title", "directors", "genres", "release_date", "duration", "description"}
        assert film["directors"]
        assert film["genres"]
        assert 40 <= film["duration"] <= 260
        assert 40 <= len(film["description"]) <= 220
    assert len({(film["title"], film["release_date"][:4]) for film in FILMS}) == len(FILMS)
