"""A number or a truth value is not a text, wherever text is expected."""

import pytest

from rest.tests.helpers import fields_named, whole_database

NOT_TEXT = [5, 1.5, True]


@pytest.mark.parametrize("value", NOT_TEXT)
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/v1/movies/", {"description": "d", "release_date": "1979-05-25", "director": "R", "genre": "H"}, "title"),
        ("/movies/", {"title": "Alien"}, "description"),
        ("/api/auth/movies", {}, "title"),
        ("/", {}, "title"),
        ("/collection/", {"description": "Mine"}, "title"),
        ("/api/v1/collections/", {"title": "Mine"}, "description"),
        ("/register/", {"password": "correct-horse-9"}, "username"),
        ("/register/", {"username": "dora"}, "password"),
        ("/api/v1/auth/login/", {"username": "alice"}, "password"),
    ],
)
def test_what_is_no_text_is_400_on_the_field_and_changes_nothing(alice, path, body, field, value):
    before = whole_database()
    reply = alice.post(path, {**body, field: value})
    assert reply.status_code == 400, reply.content
    assert fields_named(reply) == {field: ["Not a valid string."]}
    assert whole_database() == before


@pytest.mark.parametrize("value", NOT_TEXT)
def test_a_comment_is_text(alice, movie, value):
    assert fields_named(alice.post(f"/movies/{movie.pk}/comments/", {"text": value})) == {
        "text": ["Not a valid string."]
    }
