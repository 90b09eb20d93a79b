"""GET, POST …/movies/{id}/comments/ and DELETE …/comments/{id}/"""

import json

import pytest

from movies.models import Comment
from movies.tests.contract import UNKNOWN_ID, items_of, number_of_queries, refused_fields


@pytest.fixture
def url(movies_url, movie):
    return f"{movies_url}{movie.pk}/comments/"


@pytest.fixture
def comment_url(movies_url):
    """The address of a comment at the mount: `comment_url(comment)`."""
    return lambda pk: f"{movies_url.removesuffix('movies/')}comments/{pk}/"


@pytest.fixture
def comment(bob, movie):
    response = bob.post(f"/api/v1/movies/{movie.pk}/comments/", {"text": "Good."})
    return Comment.objects.get(pk=response.json()["id"])


def comments_count(client, movie):
    return client.get(f"/api/v1/movies/{movie.pk}/").json()["comments_count"]


def test_a_comment_is_added(bob, url, movie, scheme):
    response = bob.use(scheme).post(url, {"text": "Good."})
    assert response.status_code == 201
    created_at = response.json()["created_at"]
    comment = Comment.objects.get()
    expected = {"id": comment.pk, "user": "bob", "movie": movie.pk, "text": "Good.", "created_at": created_at}
    assert response.json() == expected
    assert (comment.user, comment.movie) == (bob.user, movie)
    assert comments_count(bob, movie) == 1


def test_everybody_reads_the_comments_the_newest_first(anonymous, bob, charlie, url):
    created = [who.post(url, {"text": text}).json() for who, text in ((bob, "One"), (charlie, "Two"), (bob, "Three"))]
    response = anonymous.get(url)
    assert response.status_code == 200
    assert items_of(response) == created[::-1]
    assert 'rel="first"' in response["Link"]


def test_comments_come_in_pages(anonymous, bob, url):
    for i in range(5):
        bob.post(url, {"text": f"Comment {i}"})
    page = items_of(anonymous.get(f"{url}?page_size=2&page=3"))
    assert [comment["text"] for comment in page] == ["Comment 0"]


def test_comments_on_other_movies_are_not_shown(anonymous, bob, url, make_movie):
    bob.post(f"/movies/{make_movie('Other').pk}/comments/", {"text": "Elsewhere."})
    assert items_of(anonymous.get(url)) == []


@pytest.mark.parametrize(
    "text",
    ["  leading and trailing \n", "line\r\nbreak\ttab", "sister- in -lawâ€¦ The", "<script>alert(1)</script> &amp;",
     "👩‍👩‍👧 e\u0301 ﷺ \u202e", "\\u0041 \\ \" '", "x" * 5000, "\ufffd", "bell \x07"],
)  # fmt: skip
def test_text_comes_back_byte_for_byte(anonymous, bob, url, text):
    assert bob.post(url, {"text": text}).json()["text"] == text
    assert items_of(anonymous.get(url))[0]["text"] == text
    assert Comment.objects.get().text == text


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "  \n\t"}, {"text": "\u3000"}, {"text": None}, {"text": []},
                                  {"text": {"a": 1}}, {"text": True}, {"text": "x" * 5001}, {"text": "a\0b"}])  # fmt: skip
def test_a_bad_text_is_400_on_the_text(bob, url, movie, body):
    assert refused_fields(bob.post(url, body)) == {"text"}
    assert not Comment.objects.exists()
    assert comments_count(bob, movie) == 0


def test_a_lone_surrogate_is_400_on_the_text(bob, url):
    assert refused_fields(bob.post(url, json.dumps({"text": "\ud83d"}), content_type="application/json")) == {"text"}


@pytest.mark.parametrize("body", ["[]", "null", '"Good."', "5", "{"])
def test_a_body_that_is_no_object_is_400(bob, url, body):
    assert bob.post(url, body, content_type="application/json").status_code == 400
    assert not Comment.objects.exists()


def test_what_the_server_sets_cannot_be_sent(alice, bob, url, movie, make_movie):
    other = make_movie("Other")
    body = {"text": "Good.", "id": 7777, "user": "alice", "movie": other.pk, "created_at": "2000-01-01T00:00:00Z"}
    shown = bob.post(url, body).json()
    assert (shown["user"], shown["movie"]) == ("bob", movie.pk)
    assert shown["id"] != 7777
    assert not shown["created_at"].startswith("2000")


@pytest.mark.parametrize("format", ["multipart", "json"])
def test_a_form_does_as_well(bob, url, format):
    assert bob.post(url, {"text": " Good. "}, format=format).json()["text"] == " Good. "


def test_anonymous_gets_401_and_an_unknown_movie_404(anonymous, bob, url, movies_url):
    assert anonymous.post(url, {"text": "Good."}).status_code == 401
    assert anonymous.post(f"{movies_url}{UNKNOWN_ID}/comments/", {"text": "Good."}).status_code == 401
    assert bob.post(f"{movies_url}{UNKNOWN_ID}/comments/", {"text": "Good."}).status_code == 404
    assert anonymous.get(f"{movies_url}{UNKNOWN_ID}/comments/").status_code == 404
    assert not Comment.objects.exists()


def test_the_author_deletes_it(bob, comment, comment_url, movie, scheme):
    response = bob.use(scheme).delete(comment_url(comment.pk))
    assert (response.status_code, response.content) == (204, b"")
    assert not Comment.objects.exists()
    assert comments_count(bob, movie) == 0
    assert bob.delete(comment_url(comment.pk)).status_code == 404


def test_staff_deletes_it(sam, comment, comment_url):
    assert sam.delete(comment_url(comment.pk)).status_code == 204


@pytest.mark.parametrize("who", ["charlie", "alice"])
def test_nobody_else_deletes_it_not_even_who_added_the_movie(request, who, comment, comment_url, movie):
    client = request.getfixturevalue(who)
    assert client.delete(comment_url(comment.pk)).status_code == 403
    assert comments_count(client, movie) == 1


def test_anonymous_gets_401_whether_it_exists_or_not(anonymous, comment, comment_url):
    assert anonymous.delete(comment_url(comment.pk)).status_code == 401
    assert anonymous.delete(comment_url(UNKNOWN_ID)).status_code == 401
    assert Comment.objects.exists()


@pytest.mark.parametrize("pk", [UNKNOWN_ID, 10**20, "x"])
def test_an_unknown_comment_is_404(bob, comment_url, pk):
    assert bob.delete(comment_url(pk)).status_code == 404


def test_a_comment_is_read_at_its_address_as_in_the_list(anonymous, bob, comment, comment_url, url):
    alone = anonymous.get(comment_url(comment.pk))
    assert alone.status_code == 200
    assert alone["ETag"]
    listed = anonymous.get(url).json()
    assert [alone.json()] == (listed["results"] if isinstance(listed, dict) else listed)
    Comment.objects.update(is_hidden=True)
    assert anonymous.get(comment_url(comment.pk)).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_comment_is_not_changed_at_its_address(bob, comment, comment_url, method):
    assert getattr(bob, method)(comment_url(comment.pk), {"text": "Changed."}).status_code == 405


def test_many_comments_take_no_more_queries_than_few(anonymous, bob, charlie, url):
    for who in (bob, charlie):
        who.post(url, {"text": "Hm."})
    of_two = number_of_queries(anonymous, url)
    for i in range(13):
        bob.post(url, {"text": f"Hm {i}."})
    assert number_of_queries(anonymous, url) == of_two
