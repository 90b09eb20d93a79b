"""GET /api/v1/collections/<uuid>/ and /collection/<uuid>/, and whom they exist for."""

from collections_app.tests.contract import Collector, DetailSuite


class TestCanonicalDetail(DetailSuite):
    pass


class TestCollectorDetail(Collector, DetailSuite):
    pass
