"""PUT /api/v1/movies/{id}/, /api/movies/{id}/, /movies/{id}/ and /{id}/"""

import pytest

from movies.models import Favorite, Genre, Movie
from movies.tests.contract import Canonical, Classic, Community, ReplaceSuite, Showcase


class WholeMovieSuite:
    """Favourite and user, where a mount has them."""

    @pytest.mark.parametrize(("sent", "after"), [({}, True), ({"favorite": True}, True), ({"favorite": False}, False)])
    def test_the_favourite_is_changed_only_where_it_is_sent(self, alice, movie, sent, after):
        alice.put(f"/api/v1/movies/{movie.pk}/favorite/")
        shown = self.write(alice, movie.pk, self.body(**sent)).json()
        assert (shown["favorite"], shown["favorites_count"]) == (after, int(after))

    def test_the_favourite_is_the_callers_own(self, alice, sam, movie):
        alice.put(f"/api/v1/movies/{movie.pk}/favorite/")
        shown = self.write(sam, movie.pk, self.body(favorite=False)).json()
        assert (shown["favorite"], shown["favorites_count"]) == (False, 1)
        assert Favorite.objects.get().user == alice.user

    def test_user_is_ignored_unless_staff_sends_it(self, alice, bob, sam, movie):
        for user in (bob.user.pk, None, "nonsense"):
            shown = self.write(alice, movie.pk, self.body(user=user)).json()
            assert shown["user"] == self.shown_user(alice.user)
        assert self.write(sam, movie.pk, self.body()).json()["user"] == self.shown_user(alice.user)
        assert self.write(sam, movie.pk, self.body(user=bob.user.pk)).json()["user"] == self.shown_user(bob.user)
        assert self.write(sam, movie.pk, self.body(user=None)).json()["user"] is None
        assert self.refused_fields(self.write(sam, movie.pk, self.body(user="nonsense"))) == {"user"}


class TestCanonical(Canonical, ReplaceSuite, WholeMovieSuite):
    pass


class TestShowcase(Showcase, ReplaceSuite, WholeMovieSuite):
    def test_a_form_empties_nothing_either(self, alice, movie):
        for field in ("description", "release_date", "director", "genre"):
            body = {**self.body(), field: ""}
            assert self.refused_fields(alice.put(self.detail_url(movie.pk), body, format="multipart")) == {field}
        self.assert_untouched(movie)


class TestCommunity(Community, ReplaceSuite, WholeMovieSuite):
    pass


class TestClassic(Classic, ReplaceSuite):
    def test_the_update_of_document_000(self, alice, make_movie):
        movie = make_movie("DDLJ 2", by=alice, director="DDLJ Director", genre_list=["Adventure", "Drama"])
        adventure = Genre.objects.get(name="Adventure")
        response = alice.put(f"/{movie.pk}/", {"title": "DDLJ 1", "genre": [{"id": adventure.pk}]})
        assert response.status_code == 200
        stamp = {name: response.json()["director"][name] for name in ("created_on", "updated_on")}
        assert response.json() == {
            "id": movie.pk,
            "title": "DDLJ 1",
            "description": "",
            "average_rating": 0,
            "total_review": 0,
            "released_date": None,
            "duration": None,
            "director": {"id": movie.director.pk, "name": "DDLJ Director", **stamp},
            "genre": [{"genre": "Adventure"}],
        }

    def test_a_form_keeps_what_it_does_not_have(self, alice, movie):
        response = alice.put(f"/{movie.pk}/", "title=Aliens", content_type="application/x-www-form-urlencoded")
        assert response.status_code == 200
        movie = Movie.objects.get(pk=movie.pk)
        assert (movie.title, movie.description, movie.duration) == ("Aliens", "In space.", 117)
        assert (movie.director.name, str(movie.release_date)) == ("Ridley Scott", "1979-05-25")
        assert [genre.name for genre in movie.genre_list] == ["Horror", "Science Fiction"]
