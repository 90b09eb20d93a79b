"""The suites that every mount of the movies inherits, and what the mounts differ in."""

import json
import re
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from movies.models import Director, Favorite, Genre, Movie

CANONICAL_KEYS = {
    "id", "uuid", "title", "description", "release_date", "duration", "director", "directors", "genre",
    "cover_image", "average_rating", "ratings_count", "likes_count", "favorites_count", "comments_count", "favorite", "liked",
    "my_rating", "user", "created_at", "updated_at",
}  # fmt: skip
READ_ONLY_KEYS = {
    "id", "uuid", "average_rating", "ratings_count", "likes_count", "favorites_count", "comments_count", "liked",
    "my_rating", "created_at", "updated_at",
}  # fmt: skip
PAGE_KEYS = {"count", "next", "previous", "results"}
UNKNOWN_ID = 999_999


def items_of(response: Any) -> list[dict[str, Any]]:
    """The items of a list, in an envelope or bare."""
    data = response.json()
    if isinstance(data, list):
        return data
    assert set(data) == PAGE_KEYS
    return data["results"]


def number_of_queries(client: Any, url: str) -> int:
    """Of a second request: the first may have to learn the names of new genres."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def refused_fields(response: Any) -> set[str]:
    """The fields that a 400 names, in whichever of the two shapes of errors."""
    assert response.status_code == 400, response.content
    data = response.json()
    return {error["field"].split(".")[0] for error in data["errors"]} if "errors" in data else set(data)


class Mount:
    """A mount of the movies. The defaults are those of the shorter documents: only the title is required.

    The suites know fields by their canonical names, and movies by their ids. `names` and `lookup_field` say what the
    mount has instead; where its errors are a shape of its own, it overrides `error_message` and `wrong_fields`.
    """

    list_url: ClassVar[str]
    keys: ClassVar[set[str]] = CANONICAL_KEYS
    required: ClassVar[tuple[str, ...]] = ("title",)
    required_to_replace: ClassVar[tuple[str, ...]] = ("title",)
    has_detail: ClassVar[bool] = True
    is_bare: ClassVar[bool] = False  # a whole array, of everything up to a thousand items
    is_strict: ClassVar[bool] = False  # refuses what means nothing in a query
    oldest_first: ClassVar[bool] = False
    names: ClassVar[dict[str, str]] = {}  # canonical name of a field → the mount's, where it is another
    lookup_field: ClassVar[str] = "id"  # what finds a movie; the mount shows it

    def detail_url(self, pk: int) -> str:
        return f"{self.list_url}{self.lookup_value(pk)}/"

    def lookup_value(self, pk: int) -> Any:
        """What stands for the movie in its address; for one that there is not, a value that no movie has."""
        if self.lookup_field == "id":
            return pk
        return Movie.objects.filter(pk=pk).values_list(self.lookup_field, flat=True).first() or uuid4()

    def id_of(self, item: dict[str, Any]) -> int:
        """The id of the movie that this mount shows so."""
        value = item[self.lookup_field]
        return value if self.lookup_field == "id" else Movie.objects.get(**{self.lookup_field: value}).pk

    def name(self, field: str) -> str:
        """The mount's name of a field."""
        return self.names.get(field, field)

    def renamed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {self.name(field): value for field, value in fields.items()}

    def values(self, item: dict[str, Any], *fields: str) -> tuple[Any, ...]:
        return tuple(item[self.name(field)] for field in fields)

    def error_message(self, response: Any) -> str:
        """What an error says that names no field."""
        return response.json()["detail"]

    def wrong_fields(self, response: Any) -> set[str]:
        """The fields that a 400 names, as the mount names them."""
        return refused_fields(response)

    def refused_fields(self, response: Any) -> set[str]:
        """The fields that a 400 names, by their canonical names."""
        canonical = {own: field for field, own in self.names.items()}
        return {canonical.get(name, name) for name in self.wrong_fields(response)}

    def assert_keys(self, item: dict[str, Any]) -> None:
        """The movie has the fields that this mount publishes."""
        where = "a new field of movies belongs in CANONICAL_KEYS, movies/tests/contract.py"
        assert set(item) == self.keys, f"{type(self).__name__}: {sorted(set(item) ^ self.keys)}; {where}"

    def page(self, response: Any) -> list[dict[str, Any]]:
        assert response.status_code == 200, response.content
        data = response.json()
        if self.is_bare:
            return data
        assert set(data) == PAGE_KEYS
        return data["results"]

    def shown_user(self, user: Any) -> Any:
        """Who added a movie, as the mount shows it."""
        return {"id": user.pk, "username": user.username}

    def body(self, **changes: Any) -> dict[str, Any]:
        """Everything that any mount requires."""
        body = {
            "title": "Blade Runner",
            "description": "Los Angeles, 2019.",
            "release_date": "1982-06-25",
            "director": "Ridley Scott",
            "genre": ["Science Fiction"],
        }
        return self.renamed({**body, **changes})

    def without(self, field: str) -> dict[str, Any]:
        return {name: value for name, value in self.body().items() if name != self.name(field)}

    def only(self, fields: tuple[str, ...], **changes: Any) -> dict[str, Any]:
        names = {self.name(field) for field in fields}
        return {name: value for name, value in self.body(**changes).items() if name in names}


class Canonical(Mount):
    is_strict = True
    list_url = "/api/v1/movies/"


class Community(Mount):
    list_url = "/movies/"
    keys = CANONICAL_KEYS | {"like_count"}


class Showcase(Mount):
    list_url = "/api/movies/"
    keys = {
        "id", "title", "description", "release_date", "director", "genre", "cover_image", "favorite", "user",
        "average_rating", "likes_count", "favorites_count",
    }  # fmt: skip
    required = required_to_replace = ("title", "description", "release_date", "director", "genre")
    is_bare = True

    def shown_user(self, user: Any) -> Any:
        return user.pk


KEYS_AT = {mount.list_url: mount.keys for mount in (Canonical, Community, Showcase)}  # of a movie, by address


class Compact(Mount):
    oldest_first = True
    list_url = "/api/auth/movies"
    keys = {"id", "title", "director"}
    has_detail = False
    is_bare = True


class Classic(Mount):
    list_url = "/"
    keys = {
        "id", "title", "description", "average_rating", "total_review", "released_date", "duration", "director", "genre",
    }  # fmt: skip
    required_to_replace = ()
    is_bare = True
    names = {"release_date": "released_date"}


class ListSuite(Mount):
    def test_everybody_reads_the_list(self, anonymous, movie):
        (item,) = self.page(anonymous.get(self.list_url))
        self.assert_keys(item)
        assert (self.id_of(item), *self.values(item, "title")) == (movie.pk, "Alien")

    def test_an_empty_catalogue_is_an_empty_list(self, anonymous):
        assert self.page(anonymous.get(self.list_url)) == []

    def test_a_wrong_credential_is_401_even_where_reading_is_free(self, anonymous, movie):
        response = anonymous.get(self.list_url, headers={"Authorization": "Token wrong"})
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Token")

    def test_movies_come_in_the_order_in_which_they_were_added_or_in_reverse(self, anonymous, make_movie):
        ids = [make_movie(title).pk for title in ("One", "Two", "Three")]
        listed = [self.id_of(item) for item in self.page(anonymous.get(self.list_url))]
        assert listed == (ids if self.oldest_first else ids[::-1])

    def test_a_page_holds_twenty_and_a_whole_array_all_unless_asked_otherwise(self, anonymous, make_movies):
        make_movies(101)
        usual, most = (101, 101) if self.is_bare else (20, 100)
        for query, size in {"": usual, "?page_size=7": 7, "?page_size=100": 100, "?page_size=5000": most}.items():
            assert len(self.page(anonymous.get(self.list_url + query))) == size, query

    @pytest.mark.parametrize("size", ["0", "-1", "x", "", "1.5", "1e2", "%00", "%D9%A3"])
    def test_a_page_size_that_is_no_positive_number_is_refused_or_ignored(self, anonymous, movie, size):
        response = anonymous.get(f"{self.list_url}?page_size={size}")
        if self.is_strict:
            assert self.refused_fields(response) == {"page_size"}
        else:
            assert len(self.page(response)) == 1

    def test_pages_together_are_the_whole_list(self, anonymous, make_movies):
        expected = sorted(movie.pk for movie in make_movies(7))
        pages = [self.page(anonymous.get(f"{self.list_url}?page_size=3&page={number}")) for number in (1, 2, 3)]
        assert [len(page) for page in pages] == [3, 3, 1]
        assert sorted(self.id_of(item) for page in pages for item in page) == expected

    def test_the_link_header_leads_through_the_pages(self, anonymous, make_movies):
        make_movies(7)
        link = anonymous.get(f"{self.list_url}?page_size=3&page=2")["Link"]
        address = f"http://testserver{self.list_url}"
        assert f'<{address}?page=1&page_size=3>; rel="first"' in link
        assert re.search(rf'<{re.escape(address)}\?cursor=[^&>]+&page=1&page_size=3>; rel="prev"', link)
        assert re.search(rf'<{re.escape(address)}\?cursor=[^&>]+&page=3&page_size=3>; rel="next"', link)
        assert f'<{address}?page=3&page_size=3>; rel="last"' in link

    @pytest.mark.parametrize("page", ["0", "-1", "3", "x", "99999999999999999999", "1.5"])
    def test_a_bad_page_is_404(self, anonymous, movie, page):
        response = anonymous.get(f"{self.list_url}?page={page}")
        assert response.status_code == 404
        assert self.error_message(response)

    @pytest.mark.parametrize("caller", ["anonymous", "alice"])
    def test_a_long_page_takes_no_more_queries_than_a_short_one(self, request, caller, make_movies):
        client = request.getfixturevalue(caller)
        make_movies(2)
        client.get(self.list_url)
        of_two = number_of_queries(client, self.list_url)
        make_movies(13, start=2)
        assert number_of_queries(client, self.list_url) == of_two


class CreateSuite(Mount):
    def test_anonymous_cannot_add_a_movie(self, anonymous):
        response = anonymous.post(self.list_url, self.body())
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Token")
        assert not Movie.objects.exists()

    def test_a_movie_is_added_with_either_credential(self, alice, scheme):
        response = alice.use(scheme).post(self.list_url, self.body())
        assert response.status_code == 201, response.content
        self.assert_keys(response.json())
        movie = Movie.objects.get(pk=self.id_of(response.json()))
        assert (movie.title, movie.user, movie.director.name) == ("Blade Runner", alice.user, "Ridley Scott")

    def test_the_reply_is_what_the_list_shows_from_then_on(self, alice):
        created = alice.post(self.list_url, self.body()).json()
        assert self.page(alice.get(self.list_url)) == [created]

    def test_the_reply_says_where_the_movie_is(self, alice):
        response = alice.post(self.list_url, self.body())
        if self.has_detail:
            assert response["Location"] == f"http://testserver{self.detail_url(self.id_of(response.json()))}"
            assert alice.get(response["Location"]).json() == response.json()
        else:
            assert "Location" not in response

    def test_each_required_field_is_asked_for(self, alice):
        for name in self.required:
            assert self.refused_fields(alice.post(self.list_url, self.without(name))) == {name}
        assert self.refused_fields(alice.post(self.list_url, {})) == set(self.required)
        assert not Movie.objects.exists()

    def test_nothing_else_is_required(self, alice):
        assert alice.post(self.list_url, self.only(self.required)).status_code == 201

    @pytest.mark.parametrize(
        "title",
        [
            "",
            "   ",
            "\u3000",
            "\u200b",
            "\u3164",
            "\u00ad \ufeff",
            "\u2800\ufe0f",
            None,
            "x" * 256,
            ["Alien"],
            {"a": 1},
            True,
            "a\0b",
        ],
    )
    def test_a_bad_title_is_400_on_the_title(self, alice, title):
        assert self.refused_fields(alice.post(self.list_url, self.body(title=title))) == {"title"}
        assert not Movie.objects.exists()

    def test_what_is_wrong_is_said_once(self, alice):
        response = alice.post(self.list_url, self.body(title="\u200b"))
        assert response.content.count(b"This field may not be blank.") == (2 if b"errors" in response.content else 1)

    def test_a_lone_surrogate_is_400_on_the_title(self, alice):
        body = json.dumps(self.body(title="\ud800"))
        assert self.refused_fields(alice.post(self.list_url, body, content_type="application/json")) == {"title"}

    def test_a_title_that_grows_beyond_bounds_when_folded_is_400_on_the_title(self, alice):
        assert self.refused_fields(alice.post(self.list_url, self.body(title="\ufdfa" * 200))) == {"title"}
        assert alice.post(self.list_url, self.body(title="龘" * 255)).status_code == 201

    def test_a_title_comes_back_as_it_was_sent(self, alice):
        title = "Léon — “Der Profi” 🎬 ‡ <b>&amp;</b> \\ ' \" %s {0}"
        shown = alice.post(self.list_url, self.body(title=title)).json()
        assert self.values(shown, "title") == (title,)

    @pytest.mark.parametrize("body", ["[]", '"Alien"', "5", "null", "[{}]"])
    def test_a_body_that_is_no_object_is_400(self, alice, body):
        response = alice.post(self.list_url, body, content_type="application/json")
        assert response.status_code == 400
        assert not Movie.objects.exists()

    @pytest.mark.parametrize("format", ["json", "multipart"])
    def test_bodies_may_be_json_or_multipart(self, alice, format):
        response = alice.post(self.list_url, self.body(), format=format)
        assert response.status_code == 201, response.content
        self.assert_blade_runner(response)

    def test_bodies_may_be_form_encoded(self, alice):
        form = urlencode(self.body(genre="Science Fiction"))
        response = alice.post(self.list_url, form, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 201, response.content
        self.assert_blade_runner(response)

    def assert_blade_runner(self, response: Any) -> None:
        movie = Movie.objects.get(pk=self.id_of(response.json()))
        assert (movie.title, movie.director.name) == ("Blade Runner", "Ridley Scott")
        if "description" in self.keys:
            assert (movie.description, movie.release_date) == ("Los Angeles, 2019.", date(1982, 6, 25))
            assert [genre.name for genre in movie.genre_list] == ["Science Fiction"]

    # --- The director ---

    def created_director(self, alice: Any, director: Any) -> Director:
        response = alice.post(self.list_url, self.body(director=director))
        assert response.status_code == 201, response.content
        return Movie.objects.get(pk=self.id_of(response.json())).director

    def test_a_director_is_a_name_an_id_or_an_object_with_either(self, alice):
        known = Director.objects.create(name="Ridley Scott")
        for director in ("Ridley Scott", known.pk, {"id": known.pk}, {"id": str(known.pk)}, {"name": "Ridley Scott"}):
            assert self.created_director(alice, director) == known, director
        assert self.created_director(alice, {"id": known.pk, "name": "Somebody Else"}) == known
        assert Director.objects.count() == 1

    def test_a_new_director_is_created(self, alice):
        assert self.created_director(alice, "Agnès Varda").name == "Agnès Varda"
        assert self.created_director(alice, {"name": "Jane Campion"}).name == "Jane Campion"

    @pytest.mark.parametrize("spelling", ["ÉMILE ÇELİK", "émile  çeli̇k ", "E\u0301mile C\u0327eli̇k"])
    def test_a_director_is_found_without_case_beyond_ascii(self, alice, spelling):
        known = Director.objects.create(name="Émile Çeli̇k")
        assert self.created_director(alice, spelling) == known

    @pytest.mark.parametrize("format", ["json", "multipart"])
    def test_text_is_a_name_also_where_it_is_the_id_of_another(self, alice, format):
        other = Director.objects.create(name="Ridley Scott")
        body = self.body(director=str(other.pk))
        for _ in range(2):
            response = alice.post(self.list_url, body, format=format)
            assert response.status_code == 201, response.content
            assert Movie.objects.get(pk=self.id_of(response.json())).director.name == str(other.pk)
        assert self.created_director(alice, {"name": str(other.pk)}).name == str(other.pk)
        assert Director.objects.count() == 2

    def test_a_comma_is_part_of_a_directors_name(self, alice):
        assert self.created_director(alice, "Downey, Robert, Jr.").name == "Downey, Robert, Jr."

    def test_brackets_alone_make_no_json_of_a_name(self, alice):
        assert self.created_director(alice, "[REC] Collective").name == "[REC] Collective"

    @pytest.mark.parametrize(
        "director",
        [UNKNOWN_ID, {"id": UNKNOWN_ID}, {"id": str(UNKNOWN_ID)}, 0, -1, 10**20, {"id": 10**20},
         {"id": "Ridley"}, {"id": [1]}, {"id": {}}, {"id": True}, {"name": 5}, {"name": ["x"]}, {"name": ""}, {},
         {"nonsense": 1}, [], ["Ridley Scott"], True, 1.5, 1e300, "x" * 256, "a\0b", {"name": None}, "\ufdfa" * 200,
         "\u200b", "\u3164\u00ad", {"name": "\u2800"}, "  ", '{"id": 1}', ' ["Ridley Scott"]'],
    )  # fmt: skip
    def test_a_bad_director_is_400_on_the_director(self, alice, director):
        assert self.refused_fields(alice.post(self.list_url, self.body(director=director))) == {"director"}
        assert not Movie.objects.exists()
        assert not Director.objects.exists()


class WholeBodySuite(Mount):
    """What the mounts that take whole movies have in common beyond CreateSuite."""

    def genres_after(self, alice: Any, genre: Any) -> list[str]:
        response = alice.post(self.list_url, self.body(genre=genre))
        assert response.status_code == 201, response.content
        return [found.name for found in Movie.objects.get(pk=self.id_of(response.json())).genre_list]

    def test_genre_is_one_or_a_list_in_any_of_the_forms(self, alice):
        drama, horror = Genre.objects.create(name="Drama"), Genre.objects.create(name="Horror")
        for one in ("Drama", "drama", drama.pk, {"id": drama.pk}, {"id": str(drama.pk)}, {"name": "DRAMA"}):
            assert self.genres_after(alice, one) == ["Drama"], one
            assert self.genres_after(alice, [one]) == ["Drama"], one
        assert self.genres_after(alice, [horror.pk, "drama", {"id": horror.pk}]) == ["Horror", "Drama"]
        assert Genre.objects.count() == 2

    def test_a_new_genre_is_created_once_however_it_is_spelled(self, alice):
        assert self.genres_after(alice, ["Komödie", "KOMÖDIE", "komo\u0308die"]) == ["Komödie"]
        assert self.genres_after(alice, {"name": "KOMÖDIE"}) == ["Komödie"]
        assert Genre.objects.count() == 1

    def test_genres_keep_the_order_in_which_they_were_given(self, alice):
        names = ["Western", "Action", "Noir"]
        assert self.genres_after(alice, names) == names

    @pytest.mark.parametrize("kind", ["json", "form", "multipart"])
    def test_text_is_a_name_in_every_kind_of_body(self, alice, kind):
        other = Genre.objects.create(name="Drama")
        assert self.genres_sent_as(alice, kind, genre=[str(other.pk), "1917"]) == [str(other.pk), "1917"]
        assert self.genres_sent_as(alice, kind, genre="1917") == ["1917"]

    @pytest.mark.parametrize("kind", ["json", "form", "multipart"])
    @pytest.mark.parametrize(
        ("sent", "names"),
        [
            ("Crime, Drama", ["Crime", "Drama"]),
            ("Crime,Drama,", ["Crime", "Drama"]),
            (["Crime, Drama", "War", "drama ,Western"], ["Crime", "Drama", "War", "Western"]),
            (" Crime ,\u200b, Drama", ["Crime", "Drama"]),
        ],
    )
    def test_text_with_commas_is_several_genres(self, alice, kind, sent, names):
        assert self.genres_sent_as(alice, kind, genre=sent) == names

    def test_an_object_may_name_a_genre_with_a_comma(self, alice):
        assert self.genres_after(alice, [{"name": "Rock, Pop"}]) == ["Rock, Pop"]

    @pytest.mark.parametrize("kind", ["json", "form", "multipart"])
    def test_genres_is_another_name_of_genre(self, alice, kind):
        body = self.without("genre")
        assert self.genres_sent_as(alice, kind, body, genres=["Crime", "Drama"]) == ["Crime", "Drama"]
        assert self.genres_sent_as(alice, kind, body, genres="Crime, Drama") == ["Crime", "Drama"]
        assert self.genres_sent_as(alice, kind, body, genres=["Crime"], genre=["Crime"]) == ["Crime"]

    def test_two_names_with_two_values_are_400(self, alice):
        body = {**self.body(genre=["Crime"]), "genres": ["Drama"]}
        assert self.refused_fields(alice.post(self.list_url, body)) == {"genre"}
        assert not Movie.objects.exists()

    @pytest.mark.parametrize("name", ["genre[]", "genres[]", "genre[0]"])
    def test_a_form_may_name_a_list_as_libraries_do(self, alice, name):
        assert self.genres_sent_as(alice, "form", self.without("genre"), **{name: "Drama"}) == ["Drama"]

    def genres_sent_as(self, alice: Any, kind: str, body: dict[str, Any] | None = None, **fields: Any) -> list[str]:
        body = {**(self.body() if body is None else body), **fields}
        if kind == "form":
            form = urlencode(body, doseq=True)
            response = alice.post(self.list_url, form, content_type="application/x-www-form-urlencoded")
        else:
            response = alice.post(self.list_url, body, format=kind)
        assert response.status_code == 201, response.content
        return [genre.name for genre in Movie.objects.get(pk=self.id_of(response.json())).genre_list]

    @pytest.mark.parametrize(
        "genre",
        [UNKNOWN_ID, [UNKNOWN_ID], {"id": UNKNOWN_ID}, ["Drama", {"id": UNKNOWN_ID}], [["Drama"]], [None], None, [{}],
         [1.5], True, [True], 1.5, [""], ",", ["Drama", " , "], ["\u200b"], "\u3164", '["Drama", "Crime"]', ['["Drama"]'], '{"name": "Drama"}', ["x" * 256], "Drama," + "x" * 256,
         [{"id": "Drama"}], ["a\0b"], ["Drama"] * 51, "Drama," * 51, ["a,b"] * 26],
    )  # fmt: skip
    def test_a_bad_genre_is_400_on_the_genre_and_creates_none(self, alice, genre):
        assert self.refused_fields(alice.post(self.list_url, self.body(genre=genre))) == {"genre"}
        assert not Movie.objects.exists()
        assert not Genre.objects.exists()

    @pytest.mark.parametrize(
        "day", ["25.06.1982", "1982-13-01", "1982-02-30", "tomorrow", 1982, [], {}, True, "0000-01-01"]
    )
    def test_a_bad_date_is_400_on_the_date(self, alice, day):
        assert self.refused_fields(alice.post(self.list_url, self.body(release_date=day))) == {"release_date"}

    @pytest.mark.parametrize("duration", [0, -1, 60_001, 10**20, 1.5, "long", [90], {}, True])
    def test_a_bad_duration_is_400_on_the_duration(self, alice, duration):
        if "duration" in self.keys:
            assert self.refused_fields(alice.post(self.list_url, self.body(duration=duration))) == {"duration"}

    @pytest.mark.parametrize("description", ["x" * 10_001, ["x"], {}, None, "a\0b"])
    def test_a_bad_description_is_400_on_the_description(self, alice, description):
        assert self.refused_fields(alice.post(self.list_url, self.body(description=description))) == {"description"}

    def test_a_description_round_trips_byte_for_byte(self, alice):
        text = "  sister- in -lawâ€¦ The\r\n\ttormented 🎬\n "
        assert alice.post(self.list_url, self.body(description=text)).json()["description"] == text

    def test_what_the_server_counts_cannot_be_sent(self, alice):
        counted = {"average_rating": 5, "ratings_count": 9, "total_review": 9, "likes_count": 9, "favorites_count": 9}
        body = self.body(id=7777, uuid="163ce013-03e2-47e9-8afd-e7de7688c151", liked=True, my_rating=5, **counted)
        pk = self.id_of(alice.post(self.list_url, body).json())
        shown = alice.get(f"/api/v1/movies/{pk}/").json()
        assert pk != 7777
        assert shown["uuid"] != body["uuid"]
        zero = ("average_rating", "ratings_count", "likes_count", "favorites_count", "comments_count")
        assert [shown[name] for name in zero] == [0] * 5
        assert (shown["liked"], shown["my_rating"]) == (False, None)


class DetailSuite(Mount):
    def test_everybody_reads_a_movie(self, anonymous, movie):
        response = anonymous.get(self.detail_url(movie.pk))
        assert response.status_code == 200
        self.assert_keys(response.json())
        shown = response.json()
        assert (self.id_of(shown), *self.values(shown, "release_date")) == (movie.pk, "1979-05-25")

    def test_a_movie_looks_as_in_the_list(self, alice, movie):
        assert self.page(alice.get(self.list_url)) == [alice.get(self.detail_url(movie.pk)).json()]

    @pytest.mark.parametrize("pk", [UNKNOWN_ID, 0, 10**20, 10**18])
    def test_an_unknown_movie_is_404(self, anonymous, db, pk):
        response = anonymous.get(self.detail_url(pk))
        assert response.status_code == 404
        assert self.error_message(response)

    @pytest.mark.parametrize("word", ["x", "-1", "1.5", "%00", "1e3", "١"])
    def test_what_is_no_number_is_404(self, anonymous, movie, word):
        assert anonymous.get(f"{self.list_url}{word}/").status_code == 404

    def test_filters_do_not_hide_a_movie_from_its_own_address(self, anonymous, movie):
        """The canonical API says that they mean nothing there; the dialects ignore them."""
        response = anonymous.get(self.detail_url(movie.pk) + "?title=Zebra&year=x")
        assert response.status_code == (400 if self.list_url == Canonical.list_url else 200)


class RightsSuite(Mount):
    """Who may write: 401 without a credential, 404 for what is not there, 403 with somebody else's, then the body."""

    method: ClassVar[str]
    success: ClassVar[int] = 200

    def write(self, who: Any, pk: int, body: Any = None) -> Any:
        body = self.body(title="Aliens") if body is None else body
        return getattr(who, self.method)(self.detail_url(pk), None if self.method == "delete" else body)

    def test_the_creator_may(self, alice, movie, scheme):
        assert self.write(alice.use(scheme), movie.pk).status_code == self.success

    def test_staff_may(self, sam, movie):
        assert self.write(sam, movie.pk).status_code == self.success

    def test_anonymous_gets_401_whatever_the_movie(self, anonymous, movie):
        assert self.write(anonymous, movie.pk).status_code == 401
        assert self.write(anonymous, UNKNOWN_ID).status_code == 401
        self.assert_untouched(movie)

    def test_charlie_gets_403_on_alices_movie(self, charlie, movie):
        assert self.write(charlie, movie.pk).status_code == 403
        assert self.write(charlie, movie.pk, self.renamed({"title": ""})).status_code == 403
        self.assert_untouched(movie)

    def test_nobody_but_staff_writes_a_movie_that_nobody_added(self, make_movie, charlie, sam):
        movie = make_movie("Orphan")
        assert self.write(charlie, movie.pk).status_code == 403
        assert self.write(sam, movie.pk).status_code == self.success

    def test_an_unknown_movie_is_404(self, alice):
        assert self.write(alice, UNKNOWN_ID).status_code == 404
        assert self.write(alice, 10**20).status_code == 404

    def assert_untouched(self, movie: Movie) -> None:
        before = movie.updated_at
        movie.refresh_from_db()
        assert (movie.title, movie.updated_at) == ("Alien", before)


class WriteSuite(RightsSuite):
    """What PUT and PATCH have in common."""

    def test_what_is_sent_is_changed_and_shown(self, alice, movie):
        body = self.body(title="Aliens", director="James Cameron", genre=["Action"])
        shown = self.write(alice, movie.pk, body).json()
        self.assert_keys(shown)
        assert shown == alice.get(self.detail_url(movie.pk)).json()
        assert self.values(shown, "title", "release_date") == ("Aliens", "1982-06-25")
        movie = Movie.objects.get(pk=movie.pk)
        assert movie.director.name == "James Cameron"
        assert [genre.name for genre in movie.genre_list] == ["Action"]
        assert movie.user == alice.user

    def test_a_sent_list_of_genres_replaces_the_old_one(self, alice, movie):
        for genres in (["Horror", "Comedy"], ["Drama"]):
            assert self.write(alice, movie.pk, self.body(genre=genres)).status_code == 200
            assert [genre.name for genre in Movie.objects.get(pk=movie.pk).genre_list] == genres

    EMPTY: ClassVar[dict[str, tuple[Any, ...]]] = {
        "description": ("",),
        "release_date": (None,),
        "director": (None, ""),
        "genre": ([], ""),
    }

    @pytest.mark.parametrize("field", EMPTY)
    def test_what_is_required_cannot_be_emptied_and_the_rest_can(self, alice, movie, field):
        for empty in self.EMPTY[field]:
            response = self.write(alice, movie.pk, self.body(**{field: empty}))
            stored = Movie.objects.get(pk=movie.pk)
            has_content = bool(stored.genre_list if field == "genre" else getattr(stored, field))
            if field in self.required_to_replace:
                assert self.refused_fields(response) == {field}
                assert has_content
                self.assert_untouched(movie)
            else:
                assert response.status_code == 200, response.content
                assert not has_content

    @pytest.mark.parametrize("field", EMPTY)
    def test_what_is_empty_may_stay_so(self, alice, make_movie, field):
        bare = make_movie("Alien", by=alice)
        for empty in self.EMPTY[field]:
            assert self.write(alice, bare.pk, self.body(**{field: empty})).status_code == 200
            bare = make_movie("Alien", by=alice)

    @pytest.mark.parametrize("title", ["", "  ", None, "x" * 256, ["x"]])
    def test_a_bad_title_is_400_and_changes_nothing(self, alice, movie, title):
        body = self.body(title=title, description="Changed.", director="Somebody New", genre=["New"])
        assert self.refused_fields(self.write(alice, movie.pk, body)) == {"title"}
        self.assert_untouched(movie)
        assert not Director.objects.named("Somebody New").exists()

    @pytest.mark.parametrize("director", [UNKNOWN_ID, {"id": UNKNOWN_ID}, [], {}, 1.5])
    def test_a_bad_director_is_400_and_changes_nothing(self, alice, movie, director):
        assert self.refused_fields(self.write(alice, movie.pk, self.body(director=director))) == {"director"}
        self.assert_untouched(movie)

    @pytest.mark.parametrize("body", ["[]", '"Alien"', "null", "{", "\xff"])
    def test_a_body_that_is_no_object_is_400(self, alice, movie, body):
        response = getattr(alice, self.method)(self.detail_url(movie.pk), body, content_type="application/json")
        assert response.status_code == 400
        self.assert_untouched(movie)

    def test_a_form_leaves_the_favourite_alone(self, alice, movie):
        Favorite.objects.create(user=alice.user, movie=movie)
        body = self.body(title="Aliens")
        response = getattr(alice, self.method)(self.detail_url(movie.pk), body, format="multipart")
        assert response.status_code == 200, response.content
        assert Favorite.objects.filter(user=alice.user, movie=movie).exists()


class ReplaceSuite(WriteSuite):
    method = "put"

    def test_each_required_field_is_asked_for(self, alice, movie):
        for name in self.required_to_replace:
            assert self.refused_fields(self.write(alice, movie.pk, self.without(name))) == {name}
        self.assert_untouched(movie)

    def test_what_is_not_required_may_be_left_out_and_is_kept(self, alice, movie):
        names = self.required_to_replace
        assert self.write(alice, movie.pk, self.only(names, title="Aliens")).status_code == 200
        movie.refresh_from_db()
        assert movie.duration == 117
        if "description" not in names:
            assert (movie.description, movie.director.name) == ("In space.", "Ridley Scott")
            assert [genre.name for genre in movie.genre_list] == ["Horror", "Science Fiction"]


class ChangeSuite(WriteSuite):
    method = "patch"

    def test_only_what_is_sent_is_changed(self, alice, movie):
        before = alice.get(self.detail_url(movie.pk)).json()
        after = self.write(alice, movie.pk, self.renamed({"title": "Aliens"})).json()
        assert {name for name in before if before[name] != after[name]} - {"updated_at"} == {self.name("title")}

    def test_an_empty_change_is_fine(self, alice, movie):
        before = alice.get(self.detail_url(movie.pk)).json()
        after = self.write(alice, movie.pk, {}).json()
        assert {name for name in before if before[name] != after[name]} <= {"updated_at"}

    def test_a_form_changes_only_what_it_has(self, alice, movie):
        form = urlencode(self.renamed({"title": "Aliens"}))
        response = alice.patch(self.detail_url(movie.pk), form, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 200
        movie = Movie.objects.get(pk=movie.pk)
        assert (movie.title, movie.description, movie.duration) == ("Aliens", "In space.", 117)
        assert [genre.name for genre in movie.genre_list] == ["Horror", "Science Fiction"]


class DeleteSuite(RightsSuite):
    method = "delete"
    success = 204

    def test_a_deleted_movie_is_gone_with_its_feedback(self, alice, bob, movie):
        bob.put(f"/api/v1/movies/{movie.pk}/favorite/")
        bob.post(f"/api/v1/movies/{movie.pk}/like/")
        bob.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": 4})
        bob.post(f"/api/v1/movies/{movie.pk}/comments/", {"text": "Hm."})
        response = self.write(alice, movie.pk)
        assert (response.status_code, response.content) == (204, b"")
        assert alice.get(self.detail_url(movie.pk)).status_code == 404
        assert self.write(alice, movie.pk).status_code == 404
        assert not Favorite.objects.exists()
        assert Director.objects.named("Ridley Scott").exists()
