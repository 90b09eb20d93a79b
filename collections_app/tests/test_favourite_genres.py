"""GET /api/v1/collections/favourite-genres/, and `favourite_genres` of GET /collection/"""

from collections_app.tests.contract import Collector, FavouriteGenresSuite, listed


class TestCanonicalFavouriteGenres(FavouriteGenresSuite):
    def test_each_comes_with_how_often_it_occurs(self, alice, scheme):
        self.create(alice, [listed("a", "Drama,drama"), listed("b", "Drama, Crime")])
        response = alice.use(scheme).get("/api/v1/collections/favourite-genres/")
        assert response.status_code == 200
        assert response.json() == [{"genre": "Drama", "count": 3}, {"genre": "Crime", "count": 1}]

    def test_it_needs_a_credential(self, anonymous):
        assert anonymous.get("/api/v1/collections/favourite-genres/").status_code == 401


class TestCollectorFavouriteGenres(Collector, FavouriteGenresSuite):
    def test_they_are_one_text(self, alice):
        self.create(alice, [listed("a", "A,B,C,D"), listed("b", "C, B,A")])
        assert alice.get("/collection/").json()["data"]["favourite_genres"] == "A, B, C"
