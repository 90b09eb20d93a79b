"""Migrations: complete, named, reversible, and kind to a database that is not empty."""

import ast
import io
import re
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from config.tests.history import OURS, migrations_of

EVERY_MIGRATION = [path for label in OURS for path in migrations_of(label)]


def by_name(path):
    return f"{path.parent.parent.name}.{path.stem}"


def test_no_migration_is_missing(db):
    call_command("makemigrations", check_changes=True, dry_run=True, stdout=io.StringIO())


def test_every_app_of_ours_with_tables_has_migrations():
    with_models = {label for label in OURS if list(apps.get_app_config(label).get_models())}
    assert with_models == {"accounts", "collections_app", "metrics", "movies"}
    assert {label for label in OURS if migrations_of(label)} == with_models


@pytest.mark.parametrize("path", EVERY_MIGRATION, ids=by_name)
def test_a_migration_has_a_name_that_says_what_it_does(path):
    assert re.fullmatch(r"\d{4}_[a-z]+(_[a-z0-9]+)*", path.stem)
    assert not re.search(r"_auto_|_initial$|_and_more$|_alter_\w+_and_|\d{8}", path.stem)


@pytest.mark.parametrize("label", [label for label in OURS if migrations_of(label)])
def test_the_numbers_of_an_apps_migrations_are_a_sequence(label):
    numbers = [int(path.stem[:4]) for path in migrations_of(label)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", EVERY_MIGRATION, ids=by_name)
def test_what_a_migration_runs_can_be_undone(path):
    """RunPython and RunSQL each with a way back, so that a release can be taken back."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"RunPython", "RunSQL"}:
            ways_back = [word for word in call.keywords if word.arg in {"reverse_code", "reverse_sql"}]
            assert len(call.args) >= 2 or ways_back, ast.unparse(call)


def tables():
    return set(connection.introspection.table_names())


def columns():
    with connection.cursor() as cursor:
        return {
            (table, column.name, column.null_ok)
            for table in connection.introspection.table_names(cursor)
            for column in connection.introspection.get_table_description(cursor, table)
        }


def test_all_migrations_can_be_undone_and_done_again(history):
    before = columns()
    history.undo_everything()
    assert not [name for name in tables() if name.split("_")[0] in {"accounts", "movies", "metrics", "collections"}]
    history.go_to(history.latest())
    assert columns() == before


def insert_with(models):
    """One row at least of each table of the first migrations, as a database of that day would have them."""
    now = timezone.now()
    User, Session = models.get_model("accounts", "User"), models.get_model("accounts", "Session")
    alice = User.objects.create(
        username="Alice", username_key="alice", email="a@b.com", email_key="a@b.com", password="x"
    )
    User.objects.create(username="Bob", username_key="bob", email="", email_key="", password="y")
    Session.objects.create(user=alice, token_digest="d" * 64, password_digest="p" * 64, expires_at=now)
    movie = insert_catalogue(models, alice)
    Collection, Entry = (
        models.get_model("collections_app", "Collection"),
        models.get_model("collections_app", "CollectionMovie"),
    )
    collection = Collection.objects.create(uuid=uuid4(), user=alice, title="list", description="d")
    for position, linked in enumerate([movie, None]):
        Entry.objects.create(
            collection=collection, position=position, movie=linked, title=f"entry {position}", genres="A, B"
        )


def insert_catalogue(models, user):
    get = lambda name: models.get_model("movies", name)  # noqa: E731
    director = get("Director").objects.create(name="Ridley Scott", name_key="ridley scott")
    genre = get("Genre").objects.create(name="Horror", name_key="horror")
    movie = get("Movie").objects.create(title="Alien", title_key="alien", director=director, user=user)
    get("MovieGenre").objects.create(movie=movie, genre=genre)
    get("MovieStats").objects.create(
        movie=movie, ratings_sum=9, ratings_count=1, likes_count=1, favorites_count=1, comments_count=1
    )
    get("Rating").objects.create(user=user, movie=movie, half_stars=9)
    get("Comment").objects.create(user=user, movie=movie, text="In space â€¦")
    for name in ("Like", "Favorite"):
        get(name).objects.create(user=user, movie=movie)
    return movie


def test_what_is_in_the_database_survives_every_later_migration(history, client):
    history.undo_everything()
    insert_with(history.go_to(history.first()))
    models = history.go_to(history.latest())
    get = models.get_model
    users = get("accounts", "User").objects.order_by("id")
    assert list(users.values_list("username", "password", "skeleton", "shown_skeleton")) == [
        ("Alice", "x", "alice", "alice"),
        ("Bob", "y", "bob", "bob"),
    ]
    assert get("accounts", "Session").objects.get().user.username == "Alice"
    movie = get("movies", "Movie").objects.get()
    assert (movie.title, movie.director.name, movie.user.username) == ("Alien", "Ridley Scott", "Alice")
    assert [link.genre.name for link in movie.genre_links.all()] == ["Horror"]
    assert get("movies", "Comment").objects.get().text == "In space â€¦"
    entries = get("collections_app", "CollectionMovie").objects.order_by("position")
    assert list(entries.values_list("title", "movie", "genres")) == [
        ("entry 0", movie.pk, "A, B"),
        ("entry 1", None, "A, B"),
    ]
    shown = client.get(f"/api/v1/movies/{movie.pk}/").json()
    assert (shown["average_rating"], shown["ratings_count"], shown["likes_count"]) == (4.5, 1, 1)
    assert (shown["favorites_count"], shown["comments_count"], shown["user"]["username"]) == (1, 1, "Alice")


def test_a_new_database_has_a_period_of_the_counter_to_count_in(history):
    history.undo_everything()
    models = history.go_to(history.latest())
    assert models.get_model("metrics", "Installation").objects.count() == 1
    assert models.get_model("metrics", "CountPeriod").objects.count() == 1


def test_the_version_of_the_genres_names_is_carried_over_both_ways(history):
    before, after = [("movies", "0006_ordering_indexes")], [("movies", "0007_genre_revision")]
    get = history.go_to(before).get_model
    get("movies", "Tally").objects.update_or_create(kind=4, key=0, defaults={"count": 12})
    get = history.go_to(after).get_model
    assert get("movies", "GenreRevision").objects.get().number == 12
    assert not get("movies", "Tally").objects.filter(kind=4).exists()
    get = history.go_to(before).get_model
    assert get("movies", "Tally").objects.get(kind=4, key=0).count == 12


@pytest.mark.parametrize(("has_movies", "numbers"), [(False, [1]), (True, [])])
def test_only_a_new_catalogue_is_indexed_by_the_first_numbered_rules(history, has_movies, numbers):
    get = history.go_to([("movies", "0009_movie_directors")]).get_model
    if has_movies:
        get("movies", "Movie").objects.create(title="Alien", title_key="alien")
    get = history.go_to([("movies", "0010_search_revision")]).get_model
    assert list(get("movies", "SearchRevision").objects.values_list("number", flat=True)) == numbers


def test_titles_and_names_of_a_catalogue_get_their_plain_forms(history):
    get = history.go_to([("movies", "0010_search_revision")]).get_model
    get("movies", "Director").objects.create(name="Iñárritu", name_key="iñárritu")
    for title in ("Ärger", "The Banquet", "千尋"):
        get("movies", "Movie").objects.create(title=title, title_key=title.lower())
    get = history.go_to([("movies", "0013_order_by_plain_texts")]).get_model
    assert get("movies", "Director").objects.get().plain_name == "inarritu"
    plain = list(get("movies", "Movie").objects.order_by("id").values_list("plain_title", "sort_title"))
    assert plain == [("arger", "arger"), ("the banquet", "banquet"), ("千尋", "千尋")]


def test_a_catalogue_knows_the_usual_other_names_of_genres(history):
    history.go_to([("movies", "0013_order_by_plain_texts")])
    get = history.go_to([("movies", "0014_genre_aliases")]).get_model
    keys = get("movies", "GenreAlias").objects.filter(genre_key="science fiction").values_list("alias_key", flat=True)
    assert set(keys) == {"scifi", "sciencefiction", "sf"}
