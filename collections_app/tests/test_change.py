"""PUT and PATCH /api/v1/collections/<uuid>/ and /collection/<uuid>/"""

from collections_app.tests.contract import ChangeSuite, Collector, listed


class TestCanonicalChange(ChangeSuite):
    pass


class TestCollectorChange(Collector, ChangeSuite):
    def test_the_message_says_what_happened(self, alice):
        uuid = self.create(alice)
        assert alice.put(f"/collection/{uuid}/", {}).json()["message"] == "Collection updated successfully."


def registered(server, username):
    body = server.post("/register/", {"username": username, "password": "password123@"})[1]
    return {"Authorization": f"Bearer {body['access']}"}


def test_simultaneous_replacements_leave_one_of_the_lists_whole(server, at_once):
    header = registered(server, "alice")
    uuid = server.post("/collection/", {"title": "t", "description": "d"}, **header)[1]["collection_uuid"]
    lists = [[listed(f"{number}-{position}") for position in range(5 + number)] for number in range(6)]

    def replace(number):
        path = f"/{'collection' if number % 2 else 'api/v1/collections'}/{uuid}/"
        return server.request("PUT", path, {"title": f"title {number}", "movies": lists[number]}, **header)[0]

    for _ in range(3):
        assert at_once(replace, [(number,) for number in range(6)]) == [200] * 6
        shown = server.get(f"/collection/{uuid}/", **header)[1]
        winner = int(shown["title"].removeprefix("title "))
        assert [movie["title"] for movie in shown["movies"]] == [movie["title"] for movie in lists[winner]]
        assert shown["movies_count"] == len(lists[winner])


def test_a_replacement_simultaneous_with_the_deletion_is_done_before_it_or_is_404(server, at_once):
    header = registered(server, "alice")
    for _ in range(5):
        uuid = server.post("/collection/", {"title": "t", "description": "d"}, **header)[1]["collection_uuid"]
        path = f"/collection/{uuid}/"
        calls = [("PUT", path, {"movies": [listed("a"), listed("b")]})] * 5 + [("DELETE", path, None)]
        statuses = at_once(lambda method, path, body: server.request(method, path, body, **header)[0], calls)
        assert statuses[-1] == 204
        assert set(statuses[:-1]) <= {200, 404}
        assert server.get(path, **header)[0] == 404
