"""PATCH /api/v1/movies/{id}/, /api/movies/{id}/, /movies/{id}/ and /{id}/"""

import pytest

from movies.models import Favorite
from movies.tests.contract import Canonical, ChangeSuite, Classic, Community, Showcase


class FavoriteSuite:
    @pytest.mark.parametrize("favorite", [True, False])
    def test_the_favourite_alone_can_be_changed(self, alice, movie, favorite):
        for _ in range(2):
            shown = self.write(alice, movie.pk, {"favorite": favorite}).json()
            assert (shown["favorite"], shown["favorites_count"]) == (favorite, int(favorite))
        assert Favorite.objects.count() == int(favorite)


class TestCanonical(Canonical, ChangeSuite, FavoriteSuite):
    pass


class TestShowcase(Showcase, ChangeSuite, FavoriteSuite):
    pass


class TestCommunity(Community, ChangeSuite, FavoriteSuite):
    pass


class TestClassic(Classic, ChangeSuite):
    def test_the_date_has_its_own_name(self, alice, movie):
        assert alice.patch(f"/{movie.pk}/", {"released_date": "1979-06-01"}).json()["released_date"] == "1979-06-01"
        assert alice.patch(f"/{movie.pk}/", {"release_date": "2000-01-01"}).json()["released_date"] == "1979-06-01"
