"""DELETE /api/v1/movies/{id}/, /api/movies/{id}/, /movies/{id}/ and /{id}/"""

from movies.tests.contract import Canonical, Classic, Community, DeleteSuite, Showcase


class TestCanonical(Canonical, DeleteSuite):
    pass


class TestShowcase(Showcase, DeleteSuite):
    pass


class TestCommunity(Community, DeleteSuite):
    pass


class TestClassic(Classic, DeleteSuite):
    pass
