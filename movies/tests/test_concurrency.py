"""Requests at once, in real threads with connections of their own: never a 500 or a deadlock, and every count exact."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Sum
from rest_framework.test import APIClient

from accounts.models import User
from movies import verification
from movies.models import (
    Comment,
    Director,
    Favorite,
    Genre,
    Like,
    Movie,
    MovieStats,
    Rating,
    SearchPosting,
    SearchSpelling,
    SearchWord,
)
from movies.search import deletions, weighted_words
from movies.tests.pictures import upload

pytestmark = pytest.mark.django_db(transaction=True)
USERS = 8


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The replies to all calls, begun together. What a view raises is raised here."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def statuses(responses: list[Any]) -> list[int]:
    return sorted(response.status_code for response in responses)


def another_client(person: Any) -> APIClient:
    """One more client of the same person, because a test client is not made for several threads."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {person.credentials.token}")
    return client


@pytest.fixture
def crowd(person):
    return [person(f"user{i}") for i in range(USERS)]


def assert_counts_are_exact() -> None:
    for stats in MovieStats.objects.all():
        of_movie = {"movie": stats.movie_id}
        ratings = Rating.objects.filter(**of_movie)
        assert {
            "ratings_sum": stats.ratings_sum,
            "ratings_count": stats.ratings_count,
            "likes_count": stats.likes_count,
            "favorites_count": stats.favorites_count,
            "comments_count": stats.comments_count,
        } == {
            "ratings_sum": ratings.aggregate(n=Sum("half_stars"))["n"] or 0,
            "ratings_count": ratings.count(),
            "likes_count": Like.objects.filter(**of_movie).count(),
            "favorites_count": Favorite.objects.filter(**of_movie).count(),
            "comments_count": Comment.objects.filter(**of_movie).count(),
        }


def assert_index_is_exact() -> None:
    for movie in Movie.objects.complete():
        postings = SearchPosting.objects.filter(movie=movie).values_list("word__text", "weight")
        assert dict(postings) == weighted_words(movie)
    for word in SearchWord.objects.all():
        spellings = SearchSpelling.objects.filter(word=word).values_list("text", flat=True)
        assert sorted(spellings) == sorted(deletions(word.text))


class TestManyUsersOnOneMovie:
    def test_everybody_likes_it(self, crowd, movie):
        replies = at_once(*(partial(who.post, f"/movies/{movie.pk}/like/") for who in crowd))
        assert statuses(replies) == [201] * USERS
        assert sorted(reply.json()["likes_count"] for reply in replies) == list(range(1, USERS + 1))
        assert_counts_are_exact()

    def test_everybody_rates_it(self, crowd, movie):
        url = f"/api/v1/movies/{movie.pk}/rating/"
        replies = at_once(*(partial(who.put, url, {"rating": (i + 1) / 2}) for i, who in enumerate(crowd)))
        assert statuses(replies) == [201] * USERS
        replies = at_once(*(partial(who.put, url, {"rating": (i + 2) / 2}) for i, who in enumerate(crowd)))
        assert statuses(replies) == [200] * USERS
        stats = MovieStats.objects.get()
        assert (stats.ratings_count, stats.ratings_sum) == (USERS, sum(range(2, USERS + 2)))
        assert_counts_are_exact()

    def test_everybody_marks_it_as_favourite(self, crowd, movie):
        replies = at_once(*(partial(who.post, f"/api/v1/movies/{movie.pk}/favorite/") for who in crowd))
        assert all(reply.json()["favorite"] for reply in replies)
        assert MovieStats.objects.get().favorites_count == USERS
        assert_counts_are_exact()

    def test_everybody_comments_on_it(self, crowd, movie):
        replies = at_once(*(partial(who.post, f"/movies/{movie.pk}/comments/", {"text": "Hm."}) for who in crowd))
        assert statuses(replies) == [201] * USERS
        assert MovieStats.objects.get().comments_count == USERS
        deletions_at_once = (
            partial(who.delete, f"/comments/{reply.json()['id']}/") for who, reply in zip(crowd, replies, strict=True)
        )
        assert statuses(at_once(*deletions_at_once)) == [204] * USERS
        assert_counts_are_exact()

    def test_everybody_does_something_else(self, crowd, movie):
        url = f"/api/v1/movies/{movie.pk}/"
        kinds = [
            lambda who: who.post(f"{url}like/"),
            lambda who: who.put(f"{url}rating/", {"rating": 4}),
            lambda who: who.post(f"{url}favorite/"),
            lambda who: who.post(f"{url}comments/", {"text": "Hm."}),
        ]
        replies = at_once(*(partial(kinds[i % 4], who) for i, who in enumerate(crowd)))
        assert set(statuses(replies)) <= {200, 201}
        stats = MovieStats.objects.get()
        counts = (stats.likes_count, stats.ratings_count, stats.favorites_count, stats.comments_count)
        assert counts == (2, 2, 2, 2)
        assert_counts_are_exact()


class TestOneUserOnOneMovie:
    @pytest.fixture
    def clients(self, bob):
        return [another_client(bob) for _ in range(8)]

    def test_eight_likes_are_one(self, clients, movie):
        replies = at_once(*(partial(client.post, f"/movies/{movie.pk}/like/") for client in clients))
        assert statuses(replies) == [200] * 7 + [201]
        assert MovieStats.objects.get().likes_count == 1
        assert_counts_are_exact()

    def test_eight_toggles_are_none_and_seven_are_one(self, clients, movie):
        url = f"/api/v1/movies/{movie.pk}/favorite/"
        replies = at_once(*(partial(client.post, url) for client in clients))
        assert sorted(reply.json()["favorite"] for reply in replies) == [False] * 4 + [True] * 4
        assert MovieStats.objects.get().favorites_count == 0
        at_once(*(partial(client.post, url) for client in clients[:7]))
        assert MovieStats.objects.get().favorites_count == 1
        assert_counts_are_exact()

    def test_eight_ratings_are_one(self, clients, movie):
        url = f"/api/v1/movies/{movie.pk}/rating/"
        replies = at_once(*(partial(client.put, url, {"rating": i / 2}) for i, client in enumerate(clients, start=1)))
        assert statuses(replies) == [200] * 7 + [201]
        assert MovieStats.objects.get().ratings_count == 1
        assert_counts_are_exact()

    def test_where_each_movie_is_rated_once_one_of_eight_is_taken(self, clients, movie):
        body = {"movie": movie.pk, "rating": 4}
        replies = at_once(*(partial(client.post, "/api/auth/rating", body) for client in clients))
        assert statuses(replies) == [201] + [403] * 7
        assert_counts_are_exact()

    def test_setting_and_clearing_end_in_one_of_the_two(self, clients, movie):
        url = f"/api/v1/movies/{movie.pk}/"
        calls = [
            partial(getattr(client, "post" if i % 2 else "delete"), f"{url}like/") for i, client in enumerate(clients)
        ]
        assert set(statuses(at_once(*calls))) <= {200, 201}
        assert MovieStats.objects.get().likes_count == Like.objects.count() <= 1

    def test_a_comment_deleted_eight_times_is_counted_off_once(self, bob, clients, movie):
        pk, _ = (bob.post(f"/movies/{movie.pk}/comments/", {"text": text}).json()["id"] for text in ("One", "Two"))
        replies = at_once(*(partial(client.delete, f"/comments/{pk}/") for client in clients))
        assert set(statuses(replies)) <= {204, 404}
        assert MovieStats.objects.get().comments_count == 1


class TestWhileTheMovieIsDeleted:
    def test_feedback_arrives_or_is_404(self, alice, crowd, movie):
        url = f"/api/v1/movies/{movie.pk}/"
        kinds = [
            lambda who: who.put(f"{url}rating/", {"rating": 4}),
            lambda who: who.post(f"{url}like/"),
            lambda who: who.put(f"{url}favorite/"),
            lambda who: who.post(f"{url}comments/", {"text": "Hm."}),
        ]
        calls = [partial(kinds[i % 4], who) for i, who in enumerate(crowd)]
        *replies, deletion = at_once(*calls, partial(alice.delete, url))
        assert deletion.status_code == 204
        assert set(statuses(replies)) <= {200, 201, 404}
        left = (Movie, MovieStats, Rating, Like, Favorite, Comment, SearchPosting)
        assert [model.objects.count() for model in left] == [0] * len(left)

    def test_a_change_arrives_or_is_404(self, alice, sam, movie):
        url = f"/api/v1/movies/{movie.pk}/"
        change = partial(sam.patch, url, {"title": "Aliens", "genre": ["New"], "director": "New", "favorite": True})
        changed, deleted = at_once(change, partial(alice.delete, url))
        assert (changed.status_code in (200, 404), deleted.status_code) == (True, 204)
        assert not Movie.objects.exists()

    def test_a_change_whose_movie_goes_before_the_reply_is_404(self, alice, movie, monkeypatch):
        from movies import services

        change = services.change_movie

        def change_and_lose(**fields: Any) -> Movie:
            changed = change(**fields)
            services.delete_movie(movie=Movie.objects.get(pk=changed.pk))
            return changed

        monkeypatch.setattr(services, "change_movie", change_and_lose)
        assert alice.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"}).status_code == 404

    def test_of_several_deletions_one_succeeds_or_all_agree(self, alice, movie):
        calls = [partial(another_client(alice).delete, f"/movies/{movie.pk}/") for _ in range(4)]
        replies = statuses(at_once(*calls))
        assert replies[0] == 204
        assert set(replies) <= {204, 404}
        assert not Movie.objects.exists()


class TestWhileAnAccountIsDeleted:
    def everything(self, who: Any, url: str) -> None:
        who.put(f"{url}rating/", {"rating": 5})
        who.post(f"{url}like/")
        who.put(f"{url}favorite/")
        who.post(f"{url}comments/", {"text": "Hm."})

    def test_others_rate_the_same_movies(self, crowd, bob, make_movies):
        movies = make_movies(3)
        for movie in movies:
            self.everything(bob, f"/api/v1/movies/{movie.pk}/")
        calls = [
            partial(who.put, f"/api/v1/movies/{movies[i % 3].pk}/rating/", {"rating": 1}) for i, who in enumerate(crowd)
        ]
        *replies, deletion = at_once(*calls, partial(bob.delete, "/api/v1/users/me/"))
        assert deletion.status_code == 204
        assert statuses(replies) == [201] * USERS
        assert not User.objects.filter(username="bob").exists()
        assert sum(stats.ratings_count for stats in MovieStats.objects.all()) == USERS
        assert_counts_are_exact()

    def test_several_go_at_once(self, crowd, make_movies):
        movies = make_movies(3)
        for i, who in enumerate(crowd):
            for movie in movies[:: 1 if i % 2 else -1]:
                self.everything(who, f"/api/v1/movies/{movie.pk}/")
        replies = at_once(*(partial(who.delete, "/api/v1/users/me/") for who in crowd))
        assert statuses(replies) == [204] * USERS
        assert not Rating.objects.exists()
        assert_counts_are_exact()

    @pytest.mark.parametrize("attempt", range(3))
    def test_its_own_requests_arrive_before_or_are_401(self, bob, make_movies, attempt):
        movies = make_movies(3)
        calls = [
            partial(self.send, another_client(bob), action, f"/api/v1/movies/{movie.pk}/")
            for movie in movies
            for action in ("rating", "like", "favorite", "comments")
        ]
        calls.append(partial(another_client(bob).post, "/movies/", {"title": "Bob's", "favorite": True}))
        calls.insert(len(calls) // 2, partial(another_client(bob).delete, "/api/v1/users/me/"))
        replies = at_once(*calls)
        assert set(statuses(replies)) <= {200, 201, 204, 401}
        assert not User.objects.filter(username="bob").exists()
        assert not any(model.objects.exists() for model in (Rating, Like, Favorite, Comment))
        assert_counts_are_exact()

    def send(self, client: APIClient, action: str, url: str) -> Any:
        body = {"rating": {"rating": 3}, "comments": {"text": "Hm."}}.get(action)
        return (client.put if action in ("rating", "favorite") else client.post)(f"{url}{action}/", body)

    @pytest.mark.parametrize(
        ("method", "action", "body"),
        [("put", "rating/", {"rating": 4}), ("post", "like/", None), ("post", "favorite/", None),
         ("post", "comments/", {"text": "Hm."})],
    )  # fmt: skip
    def test_feedback_that_had_already_passed_authentication_is_401(
        self, bob, movie, monkeypatch, method, action, body
    ):
        self.delete_account_once_authenticated(bob, monkeypatch)
        assert getattr(bob, method)(f"/api/v1/movies/{movie.pk}/{action}", body).status_code == 401
        assert_counts_are_exact()

    @pytest.mark.parametrize("body", [{"title": "Bob's"}, {"title": "Bob's", "favorite": True}])
    def test_a_movie_that_had_already_passed_authentication_is_401(self, bob, monkeypatch, body):
        self.delete_account_once_authenticated(bob, monkeypatch)
        assert bob.post("/movies/", body).status_code == 401
        assert not Movie.objects.exists()

    def delete_account_once_authenticated(self, who: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from accounts import services
        from movies.views import MovieViewSet

        check_permissions = MovieViewSet.check_permissions

        def permitted_and_gone(view: MovieViewSet, request: Any, *args: Any, **kwargs: Any) -> None:
            check_permissions(view, request, *args, **kwargs)
            services.delete_account(user=User.objects.get(pk=who.user.pk))

        monkeypatch.setattr(MovieViewSet, "check_permissions", permitted_and_gone)

    def test_feedback_that_arrives_while_it_is_forgotten_is_counted_off_too(self, bob, make_movies, monkeypatch):
        """It arrives at the worst moment, after the tally, on a movie that had nothing of this user before."""
        from movies import services

        first, second = make_movies(2)
        bob.post(f"/movies/{first.pk}/like/")
        count, client = services.count, another_client(bob)

        def count_and_be_overtaken(*args: Any, **differences: int) -> None:
            count(*args, **differences)
            monkeypatch.setattr(services, "count", count)
            if connection.vendor == "postgresql":  # SQLite has one writer at a time, and nothing can overtake
                at_once(partial(client.post, f"/movies/{second.pk}/like/"))

        monkeypatch.setattr(services, "count", count_and_be_overtaken)
        assert bob.delete("/api/v1/users/me/").status_code == 204
        assert not Like.objects.exists()
        assert_counts_are_exact()

    def test_its_movies_are_changed_by_staff_and_stay_without_a_name(self, alice, sam, movie):
        at_once(
            partial(alice.delete, "/api/v1/users/me/"),
            *(partial(another_client(sam).patch, f"/movies/{movie.pk}/", {"title": f"Title {i}"}) for i in range(4)),
        )
        movie.refresh_from_db()
        assert movie.user is None
        assert movie.title.startswith("Title")


class TestWriters:
    def body(self, title: str, **fields: Any) -> dict[str, Any]:
        body = {"title": title, "description": "Hm.", "release_date": "2000-01-01", "director": "D", "genre": ["G"]}
        return {**body, **fields}

    def test_a_new_director_or_genre_of_several_movies_is_one_row(self, crowd):
        spellings = ["Émile Noir", "ÉMILE NOIR", "émile noir", "E\u0301mile  Noir"] * 2
        calls = [
            partial(
                who.post, "/api/v1/movies/", self.body(f"Movie {i}", director=spellings[i], genre=[spellings[i], "X"])
            )
            for i, who in enumerate(crowd)
        ]
        assert statuses(at_once(*calls)) == [201] * USERS
        assert Director.objects.count() == 1
        assert Genre.objects.count() == 2
        assert_index_is_exact()

    @pytest.mark.parametrize("attempt", range(3))
    def test_new_genres_in_opposite_orders_make_no_deadlock(self, crowd, attempt):
        names = [f"Genre {i}" for i in range(20)]
        calls = [
            partial(who.post, "/movies/", {"title": f"Movie {i}", "genre": names[:: 1 if i % 2 else -1]})
            for i, who in enumerate(crowd)
        ]
        replies = at_once(*calls)
        assert statuses(replies) == [201] * USERS
        for i, reply in enumerate(replies):
            assert [genre["name"] for genre in reply.json()["genre"]] == names[:: 1 if i % 2 else -1]
        assert Genre.objects.count() == 20

    @pytest.mark.parametrize("attempt", range(3))
    def test_new_directors_in_opposite_orders_make_no_deadlock(self, crowd, attempt):
        names = [f"Director {i}" for i in range(20)]
        calls = [
            partial(who.post, "/movies/", {"title": f"Movie {i}", "directors": names[:: 1 if i % 2 else -1]})
            for i, who in enumerate(crowd)
        ]
        replies = at_once(*calls)
        assert statuses(replies) == [201] * USERS
        for i, reply in enumerate(replies):
            assert [director["name"] for director in reply.json()["directors"]] == names[:: 1 if i % 2 else -1]
        assert Director.objects.count() == 20
        assert_index_is_exact()

    def test_lists_of_directors_of_one_movie_are_written_one_after_the_other(self, alice, movie):
        names = [f"Director {i}" for i in range(5)]
        lists = [names[i:] + names[:i] for i in range(5)]
        url = f"/api/v1/movies/{movie.pk}/"
        calls = [partial(another_client(alice).patch, url, {"directors": chosen}) for chosen in lists]
        calls += [partial(another_client(alice).patch, url, {"director": name}) for name in names]
        assert statuses(at_once(*calls)) == [200] * 10
        shown = alice.get(url).json()
        assert sorted(director["name"] for director in shown["directors"]) == names
        assert shown["director"] == shown["directors"][0]
        assert list(verification.differences()) == []

    def test_new_words_in_opposite_orders_make_no_deadlock(self, crowd):
        words = [f"word{chr(97 + i)}" for i in range(20)]
        calls = [
            partial(who.post, "/movies/", {"title": " ".join(words[:: 1 if i % 2 else -1])})
            for i, who in enumerate(crowd)
        ]
        assert statuses(at_once(*calls)) == [201] * USERS
        assert SearchWord.objects.count() == 20
        assert_index_is_exact()

    def test_changes_of_different_fields_do_not_undo_each_other(self, alice, movie):
        fields = {
            "title": "Aliens",
            "description": "New.",
            "duration": 5,
            "release_date": "1986-07-18",
            "director": "New",
        }
        calls = [
            partial(another_client(alice).patch, f"/api/v1/movies/{movie.pk}/", {name: value})
            for name, value in fields.items()
        ]
        assert statuses(at_once(*calls)) == [200] * len(fields)
        shown = alice.get(f"/api/v1/movies/{movie.pk}/").json()
        assert {name: shown[name] for name in fields} == {**fields, "director": shown["director"]}
        assert shown["director"]["name"] == "New"
        assert_index_is_exact()

    def test_a_change_writes_only_its_own_fields(self, alice, movie, monkeypatch):
        """The same race, with the second writer at the worst moment."""
        from movies import services

        change = services.change_movie

        def after_somebody_else(**fields: Any) -> Movie:
            monkeypatch.setattr(services, "change_movie", change)
            services.change_movie(
                movie=Movie.objects.get(pk=movie.pk), by=alice.user, description="Theirs.", duration=5
            )
            return change(**fields)

        monkeypatch.setattr(services, "change_movie", after_somebody_else)
        shown = alice.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"}).json()
        assert (shown["title"], shown["description"], shown["duration"]) == ("Aliens", "Theirs.", 5)

    def test_covers_sent_at_once_leave_one_file_the_movies_own(self, alice, movie, media):
        calls = [
            partial(another_client(alice).patch, f"/movies/{movie.pk}/", {"cover_image": upload()}, format="multipart")
            for _ in range(4)
        ]
        calls.append(partial(another_client(alice).patch, f"/movies/{movie.pk}/", {"title": "Aliens"}))
        assert statuses(at_once(*calls)) == [200] * 5
        movie.refresh_from_db()
        assert [path.name for path in media.rglob("*.jpg")] == [movie.cover_image.name.removeprefix("covers/")]

    def test_genre_lists_sent_at_once_leave_one_of_them(self, alice, movie):
        lists = [[f"Genre {i}", "Drama", f"Kind {i}"] for i in range(6)]
        calls = [partial(another_client(alice).patch, f"/movies/{movie.pk}/", {"genre": genres}) for genres in lists]
        assert statuses(at_once(*calls)) == [200] * 6
        assert [genre.name for genre in Movie.objects.get().genre_list] in lists
        assert_index_is_exact()
