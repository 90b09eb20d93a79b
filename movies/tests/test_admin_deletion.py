"""Deleting very many rows in the admin: asked first, in batches, and told what became of it."""

from io import BytesIO

import orjson
import pytest
from django.db.models import ProtectedError

from config.tests.admin import Office, address, hidden_fields
from movies import naming, services, verification
from movies.importing import Report, import_stream
from movies.models import Comment, Genre, Like, Movie
from rest.admin import deletion, pages

pytestmark = pytest.mark.django_db
MOVIES = 1_050  # more than Django takes fields of one form


@pytest.fixture
def office(sam):
    return Office(sam.user)


@pytest.fixture
def catalogue():
    lines = [{"title": f"Movie {number}", "genres": ["Drama", "Horror"][: 1 + number % 2]} for number in range(MOVIES)]
    assert len(list(import_stream(BytesIO(b"\n".join(map(orjson.dumps, lines))), Report(), print))) == 1


def select_all(office, model, query=""):
    """The page that asks, after "select all" on the list."""
    any_row = model.objects.first()
    reply = office.act(model, "delete_selected", [any_row], query, select_across="1", index="0")
    assert reply.status_code == 200
    return reply.content.decode()


def answer(office, model, question, query=""):
    reply = office.client.post(address(model) + query, hidden_fields(question), follow=True)
    assert reply.status_code == 200
    return reply.content.decode()


def test_all_of_a_long_list_are_deleted_and_said(office, catalogue):
    question = select_all(office, Movie)
    assert f"{MOVIES} movies will be deleted" in question
    assert f"and {MOVIES - deletion.SHOWN} more" in question
    assert len(question) < 30_000
    assert f"Deleted {MOVIES:,} movies." in answer(office, Movie, question)
    assert not Movie.objects.exists()
    assert list(verification.differences()) == []


def test_all_of_a_filter_are_those_of_the_filter(office, catalogue):
    query = f"?genres__id__exact={Genre.objects.get(name='Horror').pk}"
    question = select_all(office, Movie, query)
    answer(office, Movie, question, query)
    assert Movie.objects.count() == MOVIES - MOVIES // 2
    assert not Movie.objects.filter(genres__name="Horror").exists()
    assert list(verification.differences()) == []


def test_what_came_after_the_question_stays(office, movie, make_movie):
    question = select_all(office, Movie)
    late = make_movie("Late")
    answer(office, Movie, question)
    assert list(Movie.objects.all()) == [late]


def test_what_was_gone_before_the_answer_is_said(office, movie, make_movie):
    other = make_movie("Other")
    question = office.act(Movie, "delete_selected", [movie, other]).content.decode()
    services.delete_movie(movie=other)
    assert "Deleted 1 movie." in answer(office, Movie, question)
    assert not Movie.objects.exists()


def test_no_more_are_deleted_than_a_list_counts_and_both_say_so(office, make_movie, monkeypatch):
    for module in (deletion, pages):
        monkeypatch.setattr(module, "MOST_COUNTED", 3)
    made = [make_movie(f"Movie {number}") for number in range(5)]
    shown = office.get(address(Movie)).content.decode()
    assert "Counted, and selected as all, are at most the first 3." in shown
    question = select_all(office, Movie)
    assert "3 movies will be deleted" in question
    assert "at most 3 are deleted at once" in question
    assert "Deleted 3 movies. The list has more" in answer(office, Movie, question)
    assert list(Movie.objects.order_by("pk")) == made[:2]  # the list begins with the newest


def test_names_in_use_are_not_deleted_and_said(office, movie):
    free = naming.add(model=Genre, name="Free")
    chosen = [free, *movie.genres.all()]
    question = office.act(Genre, "delete_selected", chosen).content.decode()
    assert "in use" in question
    assert "Horror" in question
    office.act(Genre, "delete_selected", chosen, post="yes")
    assert Genre.objects.count() == 3


def test_a_name_that_is_used_at_the_last_moment_stays_and_it_is_said(office, movie, monkeypatch):
    free = naming.add(model=Genre, name="Free")

    def used(**options):
        raise ProtectedError("A movie has it.", {free})

    monkeypatch.setattr(naming, "delete", used)
    reply = office.client.post(
        address(Genre), {"action": "delete_selected", "_selected_action": [free.pk], "post": "yes"}, follow=True
    )
    assert "begun to use one of the others" in reply.content.decode()
    assert Genre.objects.filter(pk=free.pk).exists()


@pytest.mark.parametrize("model", [Like, Comment])
def test_feedback_of_very_many_is_deleted_in_batches(office, movie, person, model, monkeypatch):
    monkeypatch.setattr(deletion.DeletionMixin, "deleted_at_once", 2)
    for number in range(5):
        who = person(f"user{number}")
        services.set_mark(Like, movie_id=movie.pk, user=who.user, wanted=True)
        services.comment(movie=movie, user=who.user, text="Hm.")
    answer(office, model, select_all(office, model))
    assert not model.objects.exists()
    assert list(verification.differences()) == []
