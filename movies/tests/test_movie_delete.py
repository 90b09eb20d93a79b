"""DELETE /api/v1/movies/{id}/, /movies/{id}/ and /{id}/"""

from movies.tests.contract import Canonical, Classic, Community, DeleteSuite


class TestCanonical(Canonical, DeleteSuite):
    pass


class TestCommunity(Community, DeleteSuite):
    pass


class TestClassic(Classic, DeleteSuite):
    pass
