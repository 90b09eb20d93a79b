"""DELETE /api/v1/collections/<uuid>/ and /collection/<uuid>/"""

from collections_app.tests.contract import Collector, DeleteSuite


class TestCanonicalDelete(DeleteSuite):
    pass


class TestCollectorDelete(Collector, DeleteSuite):
    pass
