"""POST /api/v1/collections/ and /collection/"""

from collections_app.models import Collection
from collections_app.tests.contract import DOCUMENT, Collector, CreateSuite


class TestCanonicalCreate(CreateSuite):
    def test_the_reply_is_the_whole_collection(self, alice):
        body = alice.post("/api/v1/collections/", DOCUMENT).json()
        assert body == alice.get(f"/api/v1/collections/{body['uuid']}/").json()
        assert body["movies"] == DOCUMENT["movies"]


class TestCollectorCreate(Collector, CreateSuite):
    def test_the_reply_is_the_uuid(self, alice):
        assert alice.post("/collection/", DOCUMENT).json() == {"collection_uuid": str(Collection.objects.get().uuid)}

    def test_a_collection_of_one_mount_is_one_of_the_other(self, alice):
        uuid = self.create(alice, DOCUMENT["movies"])
        assert alice.get(f"/api/v1/collections/{uuid}/").json()["movies"] == DOCUMENT["movies"]
