"""The catalogue in the admin: what staff changes there keeps counts and search exact."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from movies import search, services
from movies.models import Comment, Director, Favorite, Genre, Like, Movie, Rating, Tally
from rest.admin import LargeTableAdmin

OURS = ("accounts", "movies", "collections_app", "metrics")
PAGES = [model for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.fixture
def office(sam):
    client = Client()
    client.force_login(sam.user)
    return client


def address(model, page="changelist", *args):
    from django.urls import reverse

    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def found(text):
    return {movie.title for movie in search.search(Movie.objects.all(), text)}


def form(**fields):
    numbers = ("TOTAL_FORMS", "INITIAL_FORMS")
    inline = {f"{links}-{number}": 0 for links in ("director_links", "genre_links") for number in numbers}
    return {"title": "", "description": "", "release_date": "", "duration": "", **inline, **fields}


def test_every_model_of_ours_is_in_the_admin():
    from django.apps import apps

    inline_only = {"MovieDirector", "MovieGenre", "Installation", "KeptAnswer", "MailAllowance"}
    inline_only |= {"LoginFailures", "LoginPause"}  # which say whose they are by digests only
    inline_only |= {"Backup", "Heartbeat"}  # which the installation's page shows
    # What would open an account, or help to, and is changed by its owner alone.
    inline_only |= {"AccountMail", "MailedKey", "RecoveryCode", "ResetRequest", "SecondFactor"}
    models = {model for label in OURS for model in apps.get_app_config(label).get_models()}
    assert {model.__name__ for model in models - set(admin.site._registry)} <= inline_only


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_every_list_opens_and_counts_no_whole_table(office, movie, bob, model):
    services.rate(movie_id=movie.pk, user=bob.user, half_stars=7)
    with CaptureQueriesContext(connection) as queries:
        assert office.get(address(model)).status_code == 200
    table = connection.ops.quote_name(model._meta.db_table)
    whole = [query["sql"] for query in queries if query["sql"].startswith(f'SELECT COUNT(*) AS "__count" FROM {table}')]
    if isinstance(admin.site._registry[model], LargeTableAdmin):
        assert whole == []


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_every_search_box_takes_anything(office, movie, model):
    for text in ("al", "1", "é", "%_", "9" * 30):
        assert office.get(address(model), {"q": text}).status_code == 200


def test_a_movie_added_there_has_statistics_and_is_found(office, db):
    genre = Genre.objects.create(name="Fantasy")
    links = {"genre_links-TOTAL_FORMS": 1, "genre_links-0-genre": genre.pk}
    reply = office.post(address(Movie, "add"), form(title="Zardoz", **links))
    assert reply.status_code == 302, reply.content
    assert Movie.objects.complete().get().stats.likes_count == 0
    assert found("zardoz fantasy") == {"Zardoz"}


def test_directors_added_there_are_shown_in_their_order_and_found(office, anonymous, db):
    rows = [Director.objects.create(name=name) for name in ("Joel Coen", "Ethan Coen")]
    links = {"director_links-TOTAL_FORMS": 2, **{f"director_links-{n}-director": row.pk for n, row in enumerate(rows)}}
    assert office.post(address(Movie, "add"), form(title="Fargo", **links)).status_code == 302
    [shown] = anonymous.get("/api/v1/movies/?director=ethan+coen").json()["results"]
    assert [director["name"] for director in shown["directors"]] == ["Joel Coen", "Ethan Coen"]
    assert shown["director"]["name"] == "Joel Coen"
    assert found("ethan") == {"Fargo"}


def test_a_changed_title_is_found_under_its_new_name_only(office, movie):
    assert office.post(address(Movie, "change", movie.pk), form(title="Zardoz")).status_code == 302
    assert found("zardoz") == {"Zardoz"}
    assert found("alien") == set()


def test_a_renamed_director_is_found_under_the_new_name(office, movie):
    director = movie.director
    office.post(address(type(director), "change", director.pk), {"name": "Sir Ridley"})
    assert found("sir") == {"Alien"}


@pytest.mark.parametrize("name", ["horror", "  HORROR "])
def test_a_genre_that_is_there_already_is_refused_without_case(office, movie, name):
    reply = office.post(address(Genre, "add"), {"name": name})
    assert reply.status_code == 200
    assert b"This name is there already" in reply.content


def test_a_file_that_is_no_picture_is_refused_as_a_cover(office, movie):
    upload = SimpleUploadedFile("cover.png", b"<script>", content_type="image/png")
    reply = office.post(address(Movie, "change", movie.pk), form(title="Alien", cover_image=upload))
    assert reply.status_code == 200
    assert b"errorlist" in reply.content


@pytest.mark.parametrize("model", [Rating, Like, Favorite, Comment])
def test_feedback_that_is_deleted_there_leaves_the_counts(office, movie, bob, charlie, model):
    for person in (bob, charlie):
        services.rate(movie_id=movie.pk, user=person.user, half_stars=7)
        services.comment(movie=movie, user=person.user, text="Hm.")
        for mark in (Like, Favorite):
            services.set_mark(mark, movie_id=movie.pk, user=person.user, wanted=True)
    one, other = model.objects.all()
    office.post(address(model, "delete", one.pk), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    office.post(address(model), chosen)
    assert not model.objects.exists()
    movie.stats.refresh_from_db()
    assert getattr(movie.stats, f"{model._meta.model_name}s_count") == 0
    assert movie.stats.likes_count == (0 if model is Like else 2)


def test_deleted_movies_are_gone_with_their_feedback(office, movie, bob):
    services.rate(movie_id=movie.pk, user=bob.user, half_stars=7)
    office.post(address(Movie), {"action": "delete_selected", "_selected_action": [movie.pk], "post": "yes"})
    assert not Movie.objects.exists()
    assert not Rating.objects.exists()


def test_an_account_is_deleted_with_its_feedback_and_the_counts_stay_exact(office, movie, bob):
    services.rate(movie_id=movie.pk, user=bob.user, half_stars=7)
    user_model = type(bob.user)
    assert b"with ratings, likes, favourites" in office.get(address(user_model, "delete", bob.user.pk)).content
    office.post(address(user_model, "delete", bob.user.pk), {"post": "yes"})
    movie.stats.refresh_from_db()
    assert movie.stats.ratings_count == 0
    assert not user_model.objects.filter(username="bob").exists()


@pytest.mark.parametrize("model", [Rating, Like, Favorite, Comment])
def test_nobody_gives_feedback_for_others_there(office, model):
    assert office.get(address(model, "add")).status_code == 403


def test_users_without_rights_see_none_of_it(alice):
    client = Client()
    client.force_login(alice.user)
    assert client.get("/admin/movies/movie/").status_code == 302


def test_a_tally_says_what_it_counts(office, movie):
    shown = office.get(address(Tally)).content.decode()
    assert f'<td class="field-of">{movie.genres.first().name}</td>' in shown
    assert f'<td class="field-of">ids {movie.pk // 256 * 256:,} to {movie.pk // 256 * 256 + 255:,}</td>' in shown


def office_of(who, permission):
    """The pages for somebody of the staff who may do this with movies, and nothing else."""
    who.user.is_staff = True
    who.user.save()
    who.user.user_permissions.add(Permission.objects.get(codename=permission))
    client = Client()
    client.force_login(who.user)
    return client


def test_who_may_only_add_movies_adds_them_with_their_lists(bob, anonymous):
    genre = Genre.objects.create(name="Fantasy")
    links = {"genre_links-TOTAL_FORMS": 1, "genre_links-0-genre": genre.pk}
    office = office_of(bob, "add_movie")
    assert office.get(address(Movie, "add")).status_code == 200
    office.post(address(Movie, "add"), form(title="Zardoz", **links))
    [shown] = anonymous.get("/api/v1/movies/").json()["results"]
    assert (shown["title"], shown["genre"]) == ("Zardoz", [{"id": genre.pk, "name": "Fantasy"}])


def test_who_may_only_see_movies_sees_their_lists_and_changes_nothing(bob, movie):
    office = office_of(bob, "view_movie")
    page = office.get(address(Movie, "change", movie.pk)).content.decode()
    assert movie.director.name in page
    assert all(genre.name in page for genre in movie.genre_list)
    assert 'name="_save"' not in page
    assert office.post(address(Movie, "change", movie.pk), form(title="Zardoz")).status_code == 403
