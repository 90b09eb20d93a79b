"""What collections have to do on both mounts: suites that the canonical API and the collector's dialect inherit."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app import services
from collections_app.models import Collection, CollectionMovie
from rest.tests.helpers import fields_named, is_problem, said_in, whole_database

MOVIE = {"uuid", "title", "description", "genres"}
QUEERAMA, SATANA = "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d", "163ce013-03e2-47e9-8afd-e7de7688c151"
# Document 004's own payload, character by character: the "â€¦" is broken there, and has to come back as broken.
DOCUMENT = {
    "user_id": "1",
    "title": "hi",
    "description": "Description",
    "movies": [
        {
            "title": "Queerama",
            "description": "50 years after decriminalisation of homosexuality in the UK, director Daisy Asquith mines "
            "the jewels of the BFI archive to take us into the relationships, desires, fears and expressions of "
            "gay men and women in the 20th century.",
            "genres": "",
            "uuid": QUEERAMA,
        },
        {
            "title": "Satana likuyushchiy",
            "description": "In a small town live two brothers, one a minister and the other one a hunchback painter of "
            "the chapel who lives with his wife. One dreadful and stormy night, a stranger knocks at the door "
            "asking for shelter. The stranger talks about all the good things of the earthly life the "
            "minister is missing because of his puritanical faith. The minister comes to accept the "
            "stranger's viewpoint but it is others who will pay the consequences because the minister will "
            "discover the human pleasures thanks to, ehem, his sister- in -lawâ€¦ The tormented minister "
            "and his cuckolded brother will die in a strange accident in the chapel and later an infant "
            "will be born from the minister's adulterous relationship.",
            "genres": "",
            "uuid": SATANA,
        },
    ],
}


def listed(title: str, genres: str = "", **fields: Any) -> dict[str, Any]:
    """A movie as clients send it."""
    return {"title": title, "description": f"about {title}", "genres": genres, **fields}


class Canonical:
    root = "/api/v1/collections/"
    has_problems = True
    listed_keys = shown_keys = created_keys = changed_keys = {
        "uuid",
        "title",
        "description",
        "movies_count",
        "movies",
        "created_at",
        "updated_at",
    }

    def uuid_in(self, created: dict[str, Any]) -> str:
        return created["uuid"]

    def page_in(self, body: dict[str, Any]) -> dict[str, Any]:
        assert set(body) == {"count", "next", "previous", "results"}
        return body

    def favourites(self, client: Any) -> list[str]:
        return [favourite["genre"] for favourite in client.get("/api/v1/collections/favourite-genres/").json()]


class Collector(Canonical):
    root = "/collection/"
    has_problems = False
    listed_keys = shown_keys = {"uuid", "title", "description", "movies_count", "movies"}
    created_keys = {"collection_uuid"}
    changed_keys = {"message", "collection_uuid", "title", "description", "movies_count"}

    def uuid_in(self, created: dict[str, Any]) -> str:
        return created["collection_uuid"]

    def page_in(self, body: dict[str, Any]) -> dict[str, Any]:
        assert set(body) == {"is_success", "data"}
        assert body["is_success"] is True
        data = body["data"]
        assert set(data) == {"collections", "favourite_genres", "count", "next", "previous"}
        return {"results": data["collections"], **data}

    def favourites(self, client: Any) -> list[str]:
        genres = client.get("/collection/").json()["data"]["favourite_genres"]
        return genres.split(", ") if genres else []


class Suite(Canonical):
    def create(self, client: Any, movies: list[Any] | None = None, **fields: Any) -> str:
        """Makes a collection, and returns its uuid."""
        body = {"title": "hi", "description": "Description", **fields}
        response = client.post(self.root, body if movies is None else {**body, "movies": movies})
        assert response.status_code == 201, response.content
        return self.uuid_in(response.json())

    def detail(self, uuid: str) -> str:
        return f"{self.root}{uuid}/"

    def movies(self, client: Any, uuid: str) -> list[dict[str, Any]]:
        return client.get(self.detail(uuid)).json()["movies"]

    def titles(self, client: Any, uuid: str) -> list[str]:
        return [movie["title"] for movie in self.movies(client, uuid)]

    def assert_refused(self, client: Any, method: str, path: str, body: Any, fields: set[str]) -> None:
        before = whole_database()
        response = getattr(client, method)(path, json.dumps(body), content_type="application/json")
        assert response.status_code == 400, response.content
        assert is_problem(response) == self.has_problems
        assert set(fields_named(response)) == fields
        assert whole_database() == before


class CreateSuite(Suite):
    def test_the_documents_payload_comes_back_byte_for_byte(self, alice, scheme):
        response = alice.use(scheme).post(self.root, DOCUMENT)
        body = response.json()
        assert response.status_code == 201
        assert set(body) == self.created_keys
        uuid = self.uuid_in(body)
        assert response["Location"] == f"http://testserver{self.root}{uuid}/"
        shown = alice.get(self.detail(uuid)).json()
        assert (shown["title"], shown["description"], shown["movies_count"]) == ("hi", "Description", 2)
        assert shown["movies"] == DOCUMENT["movies"]
        assert "in -lawâ€¦ The".encode() in alice.get(self.detail(uuid)).content

    def test_the_owner_is_the_caller_whatever_user_id_says(self, alice, bob):
        self.create(alice, user_id=str(bob.user.pk), user=bob.user.pk)
        assert Collection.objects.get().user == alice.user

    def test_movies_are_optional(self, alice):
        uuid = self.create(alice)
        assert self.movies(alice, uuid) == []

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, {"title", "description"}),
            ({"title": "x"}, {"description"}),
            ({"description": "x"}, {"title"}),
            ({"title": "", "description": ""}, {"title", "description"}),
            *(({"title": blank, "description": "x"}, {"title"}) for blank in (" \t", "\u200b", "\u3164", "\u00ad\n")),
            ({"title": "x" * 256, "description": "x"}, {"title"}),
            ({"title": "nul\0", "description": "nul\0"}, {"title", "description"}),
            ({"title": "\ud800", "description": "\udfff"}, {"title", "description"}),
            ({"title": ["x"], "description": {"x": 1}}, {"title", "description"}),
            ({"title": "x", "description": "x" * 20_001}, {"description"}),
            ({"title": "x", "description": "x", "movies": {}}, {"movies"}),
            ({"title": "x", "description": "x", "movies": "Alien"}, {"movies"}),
            ({"title": "x", "description": "x", "movies": None}, {"movies"}),
            ({"title": "x", "description": "x", "movies": ["Alien"]}, {"movies.0"}),
            ({"title": "x", "description": "x", "movies": [None]}, {"movies.0"}),
            ({"title": "x", "description": "x", "movies": [[]]}, {"movies.0"}),
            ({"title": "x", "description": "x", "movies": [{}]}, {"movies.0.title"}),
            ({"title": "x", "description": "x", "movies": [{"title": "y"}, {"genres": "z"}]}, {"movies.1.title"}),
            ({"title": "x", "description": "x", "movies": [{"title": " "}]}, {"movies.0.title"}),
            ({"title": "x", "description": "x", "movies": [{"title": "y" * 300}]}, {"movies.0.title"}),
            ({"title": "x", "description": "x", "movies": [{"title": "y", "genres": ["a"]}]}, {"movies.0.genres"}),
            ({"title": "x", "description": "x", "movies": [{"title": None}]}, {"movies.0.title"}),
            ({"title": "x", "description": "x", "movies": [{"title": "\u2060"}]}, {"movies.0.title"}),
            ({"title": "x", "description": "x", "movies": [{"title": "y", "genres": "\0"}]}, {"movies.0.genres"}),
            (
                {"title": "x", "description": "x", "movies": [{"title": "y", "description": {}}]},
                {"movies.0.description"},
            ),
        ],
    )
    def test_what_is_missing_or_impossible_is_named_and_nothing_is_written(self, alice, body, named):
        self.assert_refused(alice, "post", self.root, body, named)

    @pytest.mark.parametrize(
        "uuid", [" ", "x", "57baf4f4", 5, 10**20, 10**60, True, 1.5, [], {}, "57baf4f4-c9ef-4197-9e4f-acf04eae5b4dx"]
    )
    def test_an_impossible_uuid_is_named(self, alice, uuid):
        body = {"title": "x", "description": "x", "movies": [listed("a"), listed("b", uuid=uuid)]}
        self.assert_refused(alice, "post", self.root, body, {"movies.1.uuid"})

    def test_one_bad_movie_of_many_keeps_everything_from_being_written(self, alice):
        movies = [listed(f"Movie {number}") for number in range(50)] + [{"genres": "Drama"}]
        body = {"title": "x", "description": "x", "movies": movies}
        self.assert_refused(alice, "post", self.root, body, {"movies.50.title"})

    def test_a_list_beyond_the_limit_is_refused(self, alice):
        body = {"title": "x", "description": "x", "movies": [{"title": "x"}] * 2001}
        self.assert_refused(alice, "post", self.root, body, {"movies"})

    def test_a_missing_uuid_is_invented(self, alice):
        movies = [listed("a"), *(listed(title, uuid=none) for title, none in (("b", None), ("c", ""), ("d", None)))]
        uuid = self.create(alice, [*movies, listed("e", uuid="")])
        uuids = {movie["uuid"] for movie in self.movies(alice, uuid)}
        assert len({UUID(text) for text in uuids}) == 5

    @pytest.mark.parametrize("none", [{}, {"description": None, "genres": None}, {"description": "", "genres": ""}])
    def test_null_and_missing_text_is_empty(self, alice, none):
        uuid = self.create(alice, [{"title": "a", "uuid": QUEERAMA, **none}])
        assert self.movies(alice, uuid) == [{"uuid": QUEERAMA, "title": "a", "description": "", "genres": ""}]
        assert alice.put(self.detail(uuid), {"movies": [{"title": "b", **none}]}).status_code == 200
        (shown,) = self.movies(alice, uuid)
        assert (shown["title"], shown["description"], shown["genres"]) == ("b", "", "")

    def test_the_same_movie_may_stand_in_many_collections(self, alice, bob):
        for client in (alice, alice, bob):
            uuid = self.create(client, [listed("Queerama", uuid=QUEERAMA)])
            assert [movie["uuid"] for movie in self.movies(client, uuid)] == [QUEERAMA]
        assert CollectionMovie.objects.filter(uuid=QUEERAMA).count() == 3

    @pytest.mark.parametrize("spelling", [QUEERAMA, QUEERAMA.upper(), QUEERAMA.replace("-", "")])
    def test_the_same_movie_stands_in_one_collection_once(self, alice, spelling):
        movies = [listed("a", uuid=QUEERAMA), listed("b"), listed("c", uuid=spelling)]
        body = {"title": "x", "description": "x", "movies": movies}
        self.assert_refused(alice, "post", self.root, body, {"movies.0.uuid", "movies.2.uuid"})

    def test_the_order_is_kept(self, alice):
        titles = ["c", "a", "b", "10", "9"] * 5
        uuid = self.create(alice, [listed(title) for title in titles])
        assert self.titles(alice, uuid) == titles

    def test_a_movie_of_the_catalogue_shows_the_catalogues_text(self, alice, movie):
        sent = listed("My own name for it", "Soap", uuid=str(movie.uuid))
        uuid = self.create(alice, [listed("Other"), sent])
        assert self.movies(alice, uuid)[1] == {
            "uuid": str(movie.uuid),
            "title": "Alien",
            "description": "In space.",
            "genres": "Horror, Science Fiction",
        }

    def test_a_movie_of_the_catalogue_needs_its_uuid_only(self, alice, movie):
        for none in ({}, {"title": None}, {"title": None, "description": None, "genres": None}):
            uuid = self.create(alice, [{"uuid": str(movie.uuid), **none}])
            assert self.titles(alice, uuid) == ["Alien"]

    def test_the_catalogues_text_follows_its_changes_and_what_was_sent_survives_its_loss(self, alice, movie):
        uuid = self.create(alice, [listed("Mine", "Soap", uuid=str(movie.uuid))])
        alice.patch(f"/movies/{movie.pk}/", {"title": "Aliens"})
        assert self.titles(alice, uuid) == ["Aliens"]
        assert alice.delete(f"/movies/{movie.pk}/").status_code == 204
        assert self.movies(alice, uuid) == [
            {"uuid": str(movie.uuid), "title": "Mine", "description": "about Mine", "genres": "Soap"}
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "  leading and trailing  ",
            "â€¦",
            "line\r\nbreak\ttab",
            "e\u0301",
            "\ufeffa\u200b",
            "🎬",
            "<b>&amp;</b>",
            "\ufffd",
        ],
    )
    def test_text_comes_back_byte_for_byte(self, alice, text):
        movie = {"title": text, "description": text, "genres": text, "uuid": QUEERAMA}
        uuid = self.create(alice, [movie], title=text, description=text)
        shown = alice.get(self.detail(uuid)).json()
        assert (shown["title"], shown["description"], shown["movies"]) == (text, text, [movie])

    def test_a_form_can_send_movies_too(self, alice):
        form = {
            "title": "hi",
            "description": "d",
            "movies[0]title": "a",
            "movies[1]title": "b",
            "movies[1]genres": "Drama",
        }
        response = alice.post(self.root, form, format="multipart")
        assert response.status_code == 201
        assert self.titles(alice, self.uuid_in(response.json())) == ["a", "b"]

    def test_a_form_that_sends_something_else_as_movies_is_refused(self, alice):
        before = whole_database()
        response = alice.post(self.root, {"title": "hi", "description": "d", "movies": "Alien"}, format="multipart")
        assert response.status_code == 400
        assert set(fields_named(response)) == {"movies"}
        assert whole_database() == before

    def test_it_needs_a_credential(self, anonymous):
        before = whole_database()
        assert anonymous.post(self.root, DOCUMENT).status_code == 401
        assert whole_database() == before

    def test_the_number_of_queries_does_not_depend_on_the_number_of_movies(
        self, alice, movie, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(16):
            self.create(alice, [listed(f"Movie {number}") for number in range(300)])


class ListSuite(Suite):
    def test_an_empty_list(self, alice, scheme):
        page = self.page_in(alice.use(scheme).get(self.root).json())
        assert (page["count"], page["next"], page["previous"], page["results"]) == (0, None, None, [])

    def test_collections_come_in_the_order_of_their_creation_with_their_keys(self, alice):
        uuids = [self.create(alice, title=title) for title in ("b", "a", "c")]
        page = self.page_in(alice.get(self.root).json())
        assert page["count"] == 3
        assert [collection["uuid"] for collection in page["results"]] == uuids
        for collection in page["results"]:
            assert set(collection) == self.listed_keys

    def test_each_shows_its_first_ten_movies_and_counts_all(self, alice):
        for size in (0, 9, 10, 11, 25):
            self.create(alice, [listed(f"{size}-{number}") for number in range(size)], title=str(size))
        for collection in self.page_in(alice.get(self.root).json())["results"]:
            size = int(collection["title"])
            assert collection["movies_count"] == size
            titles = [movie["title"] for movie in collection["movies"]]
            assert titles == [f"{size}-{number}" for number in range(min(size, 10))]
            assert all(set(movie) == MOVIE for movie in collection["movies"])

    def test_nobody_sees_the_collections_of_others(self, alice, charlie, sam):
        self.create(alice)
        for other in (charlie, sam):
            page = self.page_in(other.get(self.root).json())
            assert (page["count"], page["results"]) == (0, [])

    def test_it_is_paged(self, alice):
        uuids = [self.create(alice) for _ in range(5)]
        response = alice.get(f"{self.root}?page=2&page_size=2")
        page = self.page_in(response.json())
        assert [collection["uuid"] for collection in page["results"]] == uuids[2:4]
        assert page["count"] == 5
        for link, number, shown in ((page["next"], 3, uuids[4:]), (page["previous"], 1, uuids[:2])):
            assert link.startswith(f"http://testserver{self.root}?cursor=")
            assert link.endswith(f"&page={number}&page_size=2")
            found = self.page_in(alice.get(link).json())["results"]
            assert [collection["uuid"] for collection in found] == shown
        assert alice.get(f"{self.root}?page=4&page_size=2").status_code == 404

    def test_the_number_of_queries_does_not_depend_on_how_much_there_is(self, alice, movie, django_assert_num_queries):
        self.create(alice, [listed("a"), {"uuid": str(movie.uuid)}])
        with CaptureQueriesContext(connection) as queries:
            alice.get(self.root)
            few = len(queries)
        for _ in range(6):
            self.create(alice, [{"uuid": str(movie.uuid)}] + [listed(str(number)) for number in range(12)])
        with django_assert_num_queries(few):
            alice.get(self.root)

    def test_it_needs_a_credential(self, anonymous):
        response = anonymous.get(self.root)
        assert response.status_code == 401
        assert is_problem(response) == self.has_problems


class DetailSuite(Suite):
    def test_its_address_may_be_in_upper_case(self, alice):
        """As some clients write a UUID that they read."""
        uuid = self.create(alice, [listed("a")])
        address = self.detail(uuid.upper())
        assert address != self.detail(uuid)
        shown = alice.get(address)
        assert shown.status_code == 200
        assert shown.json() == alice.get(self.detail(uuid)).json()
        assert alice.patch(address, {"title": "again"}).status_code == 200
        assert alice.get(self.detail(uuid)).json()["title"] == "again"
        assert alice.delete(address).status_code == 204
        assert alice.get(self.detail(uuid)).status_code == 404

    def test_the_owner_sees_all_of_it(self, alice, scheme):
        uuid = self.create(alice, [listed(str(number)) for number in range(25)])
        response = alice.use(scheme).get(self.detail(uuid))
        body = response.json()
        assert response.status_code == 200
        assert set(body) == self.shown_keys
        assert (body["uuid"], body["title"], body["description"], body["movies_count"]) == (
            uuid,
            "hi",
            "Description",
            25,
        )
        assert [movie["title"] for movie in body["movies"]] == [str(number) for number in range(25)]
        assert all(set(movie) == MOVIE for movie in body["movies"])

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    def test_another_users_collection_does_not_exist_and_nothing_changes(self, alice, charlie, sam, method):
        uuid = self.create(alice, [listed("a")])
        body = None if method == "get" else {"title": "stolen", "description": "stolen", "movies": []}
        before = whole_database()
        for intruder in (charlie, sam):
            theirs = getattr(intruder, method)(self.detail(uuid), body)
            nobodys = getattr(intruder, method)(self.detail(str(uuid4())), body)
            assert theirs.status_code == nobodys.status_code == 404
            assert said_in(theirs) == said_in(nobodys)
        assert whole_database() == before

    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_an_intruder_with_an_invalid_body_learns_nothing_either(self, alice, charlie, method):
        uuid = self.create(alice)
        assert getattr(charlie, method)(self.detail(uuid), {"title": ""}).status_code == 404

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    def test_it_needs_a_credential(self, alice, anonymous, method):
        uuid = self.create(alice)
        before = whole_database()
        body = None if method == "get" else {"title": "x"}
        assert getattr(anonymous, method)(self.detail(uuid), body).status_code == 401
        assert whole_database() == before

    @pytest.mark.parametrize("key", ["1", "x", "57baf4f4", "1" * 40, "%00", "%ff", str(10**20)])
    def test_an_impossible_uuid_is_404(self, alice, key):
        assert alice.get(f"{self.root}{key}/").status_code == 404


class ChangeSuite(Suite):
    @pytest.fixture(params=["put", "patch"])
    def method(self, request):
        return request.param

    def change(self, client, method, uuid, body):
        return getattr(client, method)(self.detail(uuid), body)

    def test_the_reply_confirms_the_change(self, alice, method, scheme):
        uuid = self.create(alice, [listed("a"), listed("b")])
        response = self.change(alice.use(scheme), method, uuid, {"title": "new", "description": "newer"})
        body = response.json()
        assert response.status_code == 200
        assert set(body) == self.changed_keys
        assert self.uuid_in(body) == uuid
        assert (body["title"], body["description"], body["movies_count"]) == ("new", "newer", 2)
        shown = alice.get(self.detail(uuid)).json()
        assert (shown["title"], shown["description"]) == ("new", "newer")

    @pytest.mark.parametrize("body", [{}, {"title": "new"}, {"description": "new"}, {"movies": [listed("z")]}])
    def test_what_is_not_sent_stays(self, alice, method, body):
        uuid = self.create(alice, [listed("a"), listed("b")])
        before = alice.get(self.detail(uuid)).json()
        assert self.change(alice, method, uuid, body).status_code == 200
        after = alice.get(self.detail(uuid)).json()
        for name in {"title", "description", "movies"} - set(body):
            assert after[name] == before[name]
        for name in {"title", "description"} & set(body):
            assert after[name] == body[name]
        assert after["movies_count"] == (1 if "movies" in body else 2)

    def test_sent_movies_replace_the_list(self, alice, method):
        uuid = self.create(alice, DOCUMENT["movies"])
        new = [listed("c"), DOCUMENT["movies"][1], listed("a")]
        assert self.change(alice, method, uuid, {"movies": new}).json()["movies_count"] == 3
        assert self.titles(alice, uuid) == ["c", "Satana likuyushchiy", "a"]
        assert self.change(alice, method, uuid, {"movies": []}).json()["movies_count"] == 0
        assert self.movies(alice, uuid) == []

    def test_what_was_shown_can_be_sent_back_unchanged(self, alice, method, movie):
        uuid = self.create(alice, [*DOCUMENT["movies"], {"uuid": str(movie.uuid)}])
        shown = alice.get(self.detail(uuid)).json()
        assert self.change(alice, method, uuid, shown).status_code == 200
        again = alice.get(self.detail(uuid)).json()
        assert {**again, "updated_at": 0} == {**shown, "updated_at": 0}

    def test_other_collections_are_left_alone(self, alice, bob, method):
        own, other, bobs = (
            self.create(alice, [listed("a")]),
            self.create(alice, [listed("b")]),
            self.create(bob, [listed("c")]),
        )
        self.change(alice, method, own, {"title": "new", "movies": []})
        assert self.titles(alice, other) == ["b"]
        assert self.titles(bob, bobs) == ["c"]

    def test_owner_uuid_and_count_cannot_be_changed(self, alice, bob, method):
        uuid = self.create(alice, [listed("a")])
        body = {
            "uuid": QUEERAMA,
            "user_id": bob.user.pk,
            "user": bob.user.pk,
            "movies_count": 7,
            "collection_uuid": QUEERAMA,
        }
        assert self.uuid_in(self.change(alice, method, uuid, body).json()) == uuid
        collection = Collection.objects.get()
        assert (str(collection.uuid), collection.user, collection.entries.count()) == (uuid, alice.user, 1)

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({"title": ""}, {"title"}),
            ({"title": None}, {"title"}),
            ({"title": "x" * 300, "description": []}, {"title", "description"}),
            ({"movies": {"0": {}}}, {"movies"}),
            ({"movies": None}, {"movies"}),
            ({"title": "new", "movies": [listed("a"), {}]}, {"movies.1.title"}),
            (
                {"title": "new", "movies": [listed("a", uuid=SATANA), listed("b", uuid=SATANA)]},
                {"movies.0.uuid", "movies.1.uuid"},
            ),
            ({"title": "new", "movies": [listed("a", uuid="x")]}, {"movies.0.uuid"}),
        ],
    )
    def test_a_bad_change_is_named_and_changes_nothing_at_all(self, alice, method, body, named):
        uuid = self.create(alice, DOCUMENT["movies"])
        self.assert_refused(alice, method, self.detail(uuid), body, named)

    def test_a_failure_in_the_middle_changes_nothing(self, alice, method, monkeypatch):
        uuid = self.create(alice, DOCUMENT["movies"])
        before = whole_database()

        def fail(*args, **kwargs):
            raise RuntimeError("power cut")

        monkeypatch.setattr("collections_app.services.CollectionMovie.objects.bulk_create", fail)
        with pytest.raises(RuntimeError):
            self.change(alice, method, uuid, {"title": "new", "movies": [listed("z")]})
        assert whole_database() == before

    def test_a_collection_deleted_meanwhile_is_404(self, alice, method, monkeypatch):
        uuid = self.create(alice)
        original = services.change_collection

        def change_too_late(*, collection, **fields):
            Collection.objects.all().delete()
            return original(collection=collection, **fields)

        monkeypatch.setattr(services, "change_collection", change_too_late)
        assert self.change(alice, method, uuid, {"title": "new"}).status_code == 404


class DeleteSuite(Suite):
    def test_the_owner_deletes_it_with_its_movies(self, alice, scheme):
        uuid, other = self.create(alice, DOCUMENT["movies"]), self.create(alice, [listed("a")])
        response = alice.use(scheme).delete(self.detail(uuid))
        assert (response.status_code, response.content) == (204, b"")
        assert alice.get(self.detail(uuid)).status_code == 404
        assert alice.delete(self.detail(uuid)).status_code == 404
        assert self.titles(alice, other) == ["a"]
        assert CollectionMovie.objects.count() == 1

    def test_movies_of_the_catalogue_stay_there(self, alice, movie):
        uuid = self.create(alice, [{"uuid": str(movie.uuid)}])
        alice.delete(self.detail(uuid))
        assert alice.get(f"/movies/{movie.pk}/").status_code == 200


class FavouriteGenresSuite(Suite):
    def favourites_after(self, client, *genres):
        self.create(client, [listed(f"Movie {number}", text) for number, text in enumerate(genres)])
        return self.favourites(client)

    def test_there_are_none_without_movies(self, alice):
        assert self.favourites(alice) == []

    def test_empty_names_are_not_counted(self, alice):
        assert self.favourites_after(alice, "", "  ", ",", " , ,", "\t") == []

    def test_the_three_commonest_come_first(self, alice):
        assert self.favourites_after(alice, "A,B,C,D", "B,C,D", "C,D", "D") == ["D", "C", "B"]

    def test_there_may_be_fewer_than_three(self, alice):
        assert self.favourites_after(alice, "Drama, Comedy", "Comedy") == ["Comedy", "Drama"]

    def test_names_are_trimmed_and_compared_without_case(self, alice):
        assert self.favourites_after(alice, " drama", "DRAMA ,Comedy", "Drama", "Drama", "comedy") == [
            "Drama",
            "Comedy",
        ]

    def test_names_are_compared_without_case_beyond_ascii(self, alice):
        assert self.favourites_after(alice, "ÉPOPÉE", "Épopée", "épopée", "Épopée", "A", "A", "A") == ["Épopée", "A"]

    def test_ties_go_by_name(self, alice):
        assert self.favourites_after(alice, "delta,Alpha", "charlie,bravo") == ["Alpha", "bravo", "charlie"]

    def test_all_collections_of_the_caller_count_and_nobody_elses(self, alice, bob):
        self.create(bob, [listed(f"Movie {number}", "War") for number in range(9)])
        self.favourites_after(alice, "Drama", "Comedy")
        assert self.favourites_after(alice, "Drama", "Crime", "Crime", "Crime") == ["Crime", "Drama", "Comedy"]
        assert self.favourites(bob) == ["War"]

    def test_movies_of_the_catalogue_count_with_the_catalogues_genres(self, alice, movie):
        self.create(
            alice, [listed("Mine", "Soap,Soap,Soap", uuid=str(movie.uuid)), listed("x", "horror"), listed("y", "Drama")]
        )
        assert self.favourites(alice) == ["Horror", "Drama", "Science Fiction"]

    def test_they_are_of_all_pages_not_of_the_shown_one(self, alice):
        movies = [listed(str(number), "Rare") for number in range(10)] + [
            listed(f"x{number}", "Common") for number in range(15)
        ]
        self.create(alice, movies)
        assert self.favourites(alice) == ["Common", "Rare"]
