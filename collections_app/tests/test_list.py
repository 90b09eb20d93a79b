"""GET /api/v1/collections/ and /collection/"""

from collections_app.tests.contract import Collector, ListSuite, listed


class TestCanonicalList(ListSuite):
    pass


class TestCollectorList(Collector, ListSuite):
    def test_the_envelope_is_the_documents(self, alice):
        uuid = self.create(alice, [listed("a", "Drama, Comedy", uuid="57baf4f4-c9ef-4197-9e4f-acf04eae5b4d")])
        assert alice.get("/collection/").json() == {
            "is_success": True,
            "data": {
                "collections": [
                    {
                        "uuid": uuid,
                        "title": "hi",
                        "description": "Description",
                        "movies_count": 1,
                        "movies": [
                            {
                                "uuid": "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d",
                                "title": "a",
                                "description": "about a",
                                "genres": "Drama, Comedy",
                            }
                        ],
                    }
                ],
                "favourite_genres": "Comedy, Drama",
                "count": 1,
                "next": None,
                "previous": None,
            },
        }

    def test_without_collections_there_are_no_favourite_genres(self, alice):
        assert alice.get("/collection/").json()["data"]["favourite_genres"] == ""
