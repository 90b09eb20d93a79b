"""Comments of an account that a moderator has hidden: gone from lists and counts, and back when they are shown again."""

from functools import partial

import pytest
from rest_framework.exceptions import PermissionDenied

from accounts import services as accounts
from accounts.models import User
from movies import moderation, services, verification
from movies.models import Comment
from movies.tests.contract import items_of
from movies.tests.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def comments(movie, make_movie, bob, charlie):
    """Two of bob's, each beside one of charlie's."""
    movies = [movie, make_movie("Aliens")]
    return [services.comment(movie=one, user=who.user, text="Hm.") for one in movies for who in (bob, charlie)]


def hide(by, *people, hidden=True):
    users = User.objects.filter(pk__in=[person.user.pk for person in people])
    return moderation.hide_comments(by=by.user, users=users, hidden=hidden)


def shown(client, movie):
    """The authors of the comments in each list, and how many comments the movie says it has."""
    lists = [items_of(client.get(f"{mount}{movie.pk}/comments/")) for mount in ("/api/v1/movies/", "/movies/")]
    count = client.get(f"/api/v1/movies/{movie.pk}/").json()["comments_count"]
    return [*([comment["user"] for comment in listed] for listed in lists), count]


@pytest.mark.parametrize("who", ["anonymous", "bob", "sam"])
def test_hidden_comments_are_in_no_list_and_no_count_whoever_looks(request, who, sam, bob, movie, comments):
    assert hide(sam, bob) == 2
    client = request.getfixturevalue(who)
    assert shown(client, movie) == [["charlie"], ["charlie"], 1]
    assert list(verification.differences()) == []


def test_they_come_back(sam, bob, anonymous, movie, comments):
    hide(sam, bob)
    assert hide(sam, bob) == 0
    assert hide(sam, bob, hidden=False) == 2
    assert shown(anonymous, movie) == [["charlie", "bob"], ["charlie", "bob"], 2]
    assert list(verification.differences()) == []


def test_what_the_account_says_later_is_hidden_too(sam, bob, anonymous, movie):
    hide(sam, bob)
    said = bob.post(f"/api/v1/movies/{movie.pk}/comments/", {"text": "Still here."})
    assert said.status_code == 201
    assert shown(anonymous, movie) == [[], [], 0]
    hide(sam, bob, hidden=False)
    assert shown(anonymous, movie) == [["bob"], ["bob"], 1]
    assert list(verification.differences()) == []


def test_a_hidden_comment_is_deleted_without_being_counted_off_twice(sam, bob, movie, comments):
    hide(sam, bob)
    mine = Comment.objects.filter(user=bob.user, movie=movie).get()
    assert bob.delete(f"/api/v1/comments/{mine.pk}/").status_code == 204
    assert shown(bob, movie) == [["charlie"], ["charlie"], 1]
    assert bob.delete("/api/v1/users/me/").status_code == 204
    assert list(verification.differences()) == []


def test_who_may_not_know_of_a_hidden_comment_finds_none(sam, bob, charlie, comments):
    hide(sam, bob)
    address = f"/api/v1/comments/{comments[0].pk}/"
    assert charlie.delete(address).status_code == 404
    assert sam.delete(address).status_code == 204


def test_a_movie_with_hidden_comments_is_deleted(sam, alice, bob, movie, comments):
    hide(sam, bob)
    assert alice.delete(f"/api/v1/movies/{movie.pk}/").status_code == 204
    assert list(verification.differences()) == []


def test_verify_finds_and_mends_what_was_interrupted(sam, bob, anonymous, movie, comments):
    accounts.set_comments_hidden(by=sam.user, user=bob.user, hidden=True)
    wrong = f"user {bob.user.pk}: comments should be hidden"
    assert list(verification.differences()) == [wrong]
    assert list(verification.differences(fix=True)) == [wrong]
    assert shown(anonymous, movie) == [["charlie"], ["charlie"], 1]
    assert list(verification.differences()) == []


def test_only_whoever_may_block_the_account_hides_its_comments(sam, alice, bob, comments):
    for by, whose in ((alice, bob), (bob, sam)):
        with pytest.raises(PermissionDenied):
            hide(by, whose)
    assert not User.objects.filter(comments_hidden=True).exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_comments_meanwhile_is_hidden_as_well(sam, bob, movie):
    say = partial(services.comment, movie=movie, user=bob.user, text="Hm.")
    at_once(say, say, say, partial(hide, sam, bob), say, say, say)
    assert Comment.objects.count() == 6
    assert not Comment.objects.shown().exists()
    assert list(verification.differences()) == []
