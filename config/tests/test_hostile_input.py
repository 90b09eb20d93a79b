"""Whatever is sent: a 4xx that says what is wrong, never a 500, and nothing changes."""

import json

import pytest

from config.tests.hostile import ENDPOINTS, SURROGATE
from movies import services
from rest.tests.helpers import fields_named, is_problem, whole_database

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
EVERY_FIELD = [(endpoint, name) for endpoint in ENDPOINTS for name in endpoint.bad]


@pytest.fixture
def world(alice, bob, movie, make_movie):
    """Alice with a movie, a collection and bob's movie to rate; `world(endpoint, body, content_type)` sends as alice."""
    ids = {
        "movie": movie.pk,
        "other": make_movie("Brazil", by=bob).pk,
        "collection": alice.post("/api/collections/", {"title": "t", "description": "d"}).json()["uuid"],
    }

    def send(endpoint, body, content_type=JSON, **headers):
        method = getattr(alice, endpoint.method)
        return method(endpoint.path.format(**ids), body, content_type=content_type, **headers)

    send.ids = ids
    return send


@pytest.fixture(params=ENDPOINTS, ids=str)
def endpoint(request):
    return request.param


def assert_refused(response, *statuses):
    assert response.status_code in (statuses or (400,)), response.content[:500]
    assert response["Content-Type"] in {"application/json", "application/problem+json"}
    is_problem(response)
    assert response.json()


def with_field(endpoint, name, value, ids):
    valid = {**endpoint.valid, "movie": ids["other"]} if "movie" in endpoint.valid else endpoint.valid
    return json.dumps({**valid, name: value})


@pytest.mark.parametrize(("endpoint", "name"), EVERY_FIELD, ids=lambda value: str(value))
def test_an_impossible_value_is_400_and_names_its_field(world, endpoint, name):
    before = whole_database()
    for value in endpoint.bad[name]:
        response = world(endpoint, with_field(endpoint, name, value, world.ids))
        shown = repr(value)[:80]
        assert response.status_code == 400, (shown, response.content[:300])
        named = {field.split(".")[0] for field in fields_named(response)}
        assert name in named, (shown, response.content[:300])
    assert whole_database() == before


def test_what_is_valid_is_accepted_so_that_the_refusals_mean_something(world, endpoint):
    name = next(iter(endpoint.valid))
    value = world.ids["other"] if name == "movie" else endpoint.valid[name]
    response = world(endpoint, with_field(endpoint, name, value, world.ids))
    expected = {200, 201, 204} if "refresh" not in endpoint.path else {401}
    assert response.status_code in expected, response.content


NO_OBJECT = ["[]", '[{"title": "x"}]', "5", '"text"', "true", "null", "[[]]", "1.5", "[null]", '["title"]']


def test_anything_but_an_object_is_400(world, endpoint):
    before = whole_database()
    for body in NO_OBJECT:
        assert_refused(world(endpoint, body))
    assert whole_database() == before


DEEP = 5000


def not_json(name):
    return [
        b"{",
        b"}",
        b'{"%s": ' % name,
        b'{"%s": "x",}' % name,
        b"title=x",
        b"\x00",
        b'{"%s": "\xff"}' % name,
        b'{"%s": "\xed\xa0\x80"}' % name,
        b"\xff\xfe",
        '{"a": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"%s": NaN}' % name,
        b'{"%s": Infinity}' % name,
        b'{"%s": -Infinity}' % name,
        b'{"%s": 1e400}' % name,
        b'{"unknown": -1e400}',
        b'{"%s": %s}' % (name, b"9" * 5000),
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"%s": ' % name + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"%s": ' % name + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    ]


def test_what_is_no_json_is_400(world, endpoint):
    before = whole_database()
    for body in not_json(next(iter(endpoint.bad)).encode()):
        assert_refused(world(endpoint, body))
    assert whole_database() == before


def test_a_form_that_is_broken_is_400(world, endpoint):
    before, name = whole_database(), next(iter(endpoint.bad)).encode()
    bodies = [
        name + b"=\xff",
        name + b"=%ff",
        name + b"=%ED%A0%80",
        b"%ff=1&" + name + b"=x",
        b"&".join(b"field%d=x" % number for number in range(1500)),
        name + b"[" + b"9" * 5000 + b"]=x",
        name + b"[" + b"9" * 5000 + b"]title=x",
    ]
    for body in bodies:
        assert_refused(world(endpoint, body, FORM))
    assert whole_database() == before


def part(name, value, boundary=b"b"):
    return b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary, name, value)


def multipart(endpoint):
    """A complete and valid body, as far as a form can say it."""
    simple = {name: value for name, value in endpoint.valid.items() if isinstance(value, (str, int))}
    return b"".join(part(name.encode(), str(value).encode()) for name, value in simple.items())


def test_half_a_multipart_body_is_400(world, endpoint):
    before = whole_database()
    whole = multipart(endpoint) + b"--b--\r\n"
    halves = [whole[:length] for length in (1, 5, 20, len(whole) // 2, len(whole) - 9, len(whole) - 7, len(whole) - 4)]
    for half in halves:
        assert_refused(world(endpoint, half, MULTIPART))
    assert whole_database() == before


def test_a_multipart_body_that_is_broken_is_refused(world, endpoint):
    before, name = whole_database(), next(iter(endpoint.bad)).encode()
    bodies = [
        part(name, b"\xff") + b"--b--\r\n",
        part(name, b"\xed\xa0\x80") + b"--b--\r\n",
        part(name + b"\xff", b"x") + part(name, b"\xff") + b"--b--\r\n",
        part(name, b"x", boundary=b"other") + b"--other--\r\n",
        b"garbage",
        b"\x00" * 100,
        b"--b--\r\n" * 3 if not endpoint.optional else b"--b\r\n",
        b"".join(part(b"field%d" % number, b"x") for number in range(1500)) + b"--b--\r\n",
        part(name + b"[" + b"9" * 5000 + b"]title", b"x") + b"--b--\r\n",
    ]
    for body in bodies:
        assert_refused(world(endpoint, body, MULTIPART), 400, 413)
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\x00"):
        assert_refused(world(endpoint, multipart(endpoint) + b"--b--\r\n", content_type))
    assert whole_database() == before


def test_a_file_where_text_is_expected_is_400(world, endpoint):
    before, name = whole_database(), next(iter(endpoint.bad)).encode()
    file = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="x.php.png"\r\n\r\n<?php\r\n--b--\r\n' % name
    assert_refused(world(endpoint, file, MULTIPART))
    assert whole_database() == before


def test_an_unknown_content_type_is_415(world, endpoint):
    before = whole_database()
    for content_type in ("text/plain", "application/xml", "image/png", "text/json", "x"):
        assert_refused(world(endpoint, json.dumps(endpoint.valid), content_type), 415)
    assert whole_database() == before


def test_a_body_beyond_the_limit_is_413(world, endpoint, settings):
    settings.MAX_BODY_BYTES, settings.MAX_COVER_BYTES = 2000, 1000
    before, name = whole_database(), next(iter(endpoint.bad))
    bodies = {
        JSON: json.dumps({**endpoint.valid, name: "x" * 3000}),
        FORM: f"{name}={'x' * 3000}",
        MULTIPART: part(name.encode(), b"x" * 3000) + b"--b--\r\n",
    }
    for content_type, body in bodies.items():
        assert_refused(world(endpoint, body, content_type), 413)
    assert whole_database() == before


def test_an_empty_body_is_400_or_a_wish_to_change_nothing(world, endpoint):
    before = whole_database()
    for content_type in (JSON, FORM, MULTIPART):
        response = world(endpoint, b"", content_type)
        if endpoint.optional:
            assert response.status_code == 200
        else:
            assert_refused(response)
            assert fields_named(response)
            assert set(fields_named(response)) <= set(endpoint.bad)
    assert endpoint.optional or whole_database() == before


IN_URLS = [
    "0",
    "-1",
    str(10**20),
    "9" * 5000,
    "1.5",
    "1e400",
    "NaN",
    "%00",
    "%ff",
    "%ED%A0%80",
    "x" * 300,
    "%F0%9F%8E%AC",
]
IN_URLS += ["[]", "null", "..%2f..%2fetc", "1%20OR%201=1", "' OR 1=1 --", "%D9%A1", "１", "+1", "1_0"]
WITH_KEYS = [
    (method, template)
    for template, methods in {
        "/api/movies/{}/": "get put patch delete",
        "/api/movies/{}/like/": "get post delete",
        "/api/movies/{}/favorite/": "post put delete",
        "/api/movies/{}/comments/": "get post",
        "/api/movies/{}/rating/": "get put delete",
        "/api/movies/{}/ratings/": "get",
        "/api/comments/{}/": "delete",
        "/api/directors/{}/": "get",
        "/api/genres/{}/": "get",
        "/api/collections/{}/": "get put patch delete",
        "/movies/{}/": "get put patch delete",
        "/movies/{}/like/": "get post",
        "/movies/{}/comments/": "get post",
        "/comments/{}/": "delete",
        "/collection/{}/": "get put patch delete",
        "/{}/": "get put patch delete",
    }.items()
    for method in methods.split()
]


@pytest.mark.parametrize(("method", "template"), WITH_KEYS, ids=str)
def test_a_key_in_the_address_that_is_nobodys_is_404(alice, movie, method, template):
    before = whole_database()
    for key in IN_URLS:
        response = getattr(alice, method)(template.format(key), {"title": "x"} if method in {"put", "patch"} else None)
        assert response.status_code == 404, (key, response.content[:300])
        assert response["Content-Type"] in {"application/json", "application/problem+json"}
    assert whole_database() == before


IN_QUERIES = [
    "",
    "%00",
    "a%00b",
    "%ff",
    "%ED%A0%80",
    "x" * 5000,
    "%F0%9F%8E%AC" * 500,
    "9" * 5000,
    str(10**20),
    "-1",
    "0",
]
IN_QUERIES += [
    "1e400",
    "1e-400",
    "NaN",
    "Infinity",
    "[]",
    "{}",
    "null",
    "%25",
    "_",
    "'",
    '"',
    "\\",
    "1.5",
    "%D9%A1",
    "e%CC%81" * 300,
]
IN_QUERIES += [
    "x&{}=y",
    ",",
    "-",
    "--id",
    "id,-id,id",
    "user__password",
    "%EF%B7%BA" * 300,
    "2020-13-01",
    "1e999999999",
]
MOVIE_FILTERS = (
    "title director genre year released_after released_before min_duration max_duration min_rating max_rating ordering"
)
QUERIES = {
    "/api/users/": "page page_size username email",
    "/api/movies/": f"page page_size format {MOVIE_FILTERS}",
    "/api/movies/search/": f"q page page_size {MOVIE_FILTERS}",
    "/api/movies/genre/": f"genre page page_size {MOVIE_FILTERS}",
    "/api/movies/categories/": "page page_size",
    "/api/movies/most-liked/": "limit page",
    "/api/movies/newest/": "limit page",
    "/api/directors/": "page page_size name__icontains name",
    "/api/genres/": "page page_size name__icontains name",
    "/api/ratings/": "page page_size movie",
    "/api/collections/": "page page_size",
    "/api/auth/movies": f"page page_size {MOVIE_FILTERS}",
    "/api/auth/rating": "page page_size",
    "/movies/": f"page page_size format {MOVIE_FILTERS}",
    "/movies/search/": "q page page_size",
    "/movies/genre/": "genre page page_size",
    "/movies/categories/": "page page_size",
    "/movies/most-liked/": "limit page",
    "/collection/": "page page_size",
    "/request-count/": "page q",
    "/": f"page page_size {MOVIE_FILTERS}",
}
EVERY_PARAMETER = [(path, name) for path, names in QUERIES.items() for name in names.split()]


@pytest.mark.parametrize(("path", "name"), EVERY_PARAMETER, ids=str)
def test_no_query_parameter_gives_a_500(alice, movie, path, name):
    for value in IN_QUERIES:
        # Later parameters win, so that the required one is there where another is tried.
        response = alice.get(f"{path}?q=alien&genre=horror&{name}={value.replace('{}', name)}")
        assert response.status_code in {200, 400, 404}, (value, response.content[:300])
        assert response["Content-Type"] in {"application/json", "application/problem+json"}
        if response.status_code == 400:
            assert name in fields_named(response), (value, response.content[:300])


@pytest.mark.parametrize(
    ("name", "values"),
    {
        "year": ["x", "0", "-1", "10000", "1e400", "NaN", "%00"],
        "released_after": ["x", "2020-13-01", "%00", "99999-01-01"],
        "released_before": ["x", "2020", "%00"],
        "min_duration": ["x", "-1", "1e400", "NaN", "%00"],
        "max_rating": ["x", "-1", "6", "1e400", "Infinity"],
        "ordering": ["password", "user__password", "-", "%00", "id,nonsense", "--id"],
        "title": ["%00", "a%00b"],
    }.items(),
)
@pytest.mark.parametrize("path", ["/api/movies/", "/movies/", "/api/auth/movies", "/"])
def test_an_impossible_filter_is_400_and_named(anonymous, path, name, values):
    for value in values:
        response = anonymous.get(f"{path}?{name}={value}")
        assert response.status_code == 400, value
        assert name in fields_named(response)


@pytest.mark.parametrize("text", ["\ufffd", "â€¦", "🎬", "e\u0301", "\u00ff", "a\r\nb"])
def test_whatever_is_valid_text_comes_back_from_a_multipart_body(alice, movie, text):
    body = part(b"text", text.encode()) + b"--b--\r\n"
    response = alice.post(f"/movies/{movie.pk}/comments/", body, content_type=MULTIPART)
    assert response.status_code == 201
    assert response.json()["text"] == text


@pytest.mark.parametrize("after", [b"--b--", b"--b--\r\n", b"--b--\r\n" + b"epilogue"])
def test_a_multipart_body_is_complete_with_its_closing_boundary(alice, movie, after):
    response = alice.post(f"/movies/{movie.pk}/comments/", part(b"text", b"a\r\n--") + after, content_type=MULTIPART)
    assert response.status_code == 201
    assert response.json()["text"] == "a\r\n--"


@pytest.mark.parametrize("size", [65_520, 65_530, 65_536, 65_540, 131_072])
def test_a_closing_boundary_on_the_seam_of_two_reads_is_seen(alice, movie, size):
    body = part(b"unknown", b"x" * size) + part(b"text", b"hi") + b"--b--\r\n"
    response = alice.post(f"/movies/{movie.pk}/comments/", body, content_type=MULTIPART)
    assert response.status_code == 201


@pytest.mark.parametrize("path", ["/movies/", "/api/movies/", "/", "/collection/", "/register/"])
def test_a_name_of_a_field_may_be_anything(alice, path):
    names = [
        "",
        "\0",
        SURROGATE,
        "__class__",
        "_state",
        "pk",
        "id",
        "constructor",
        "x" * 10_000,
        "title__icontains",
        "user.id",
    ]
    response = alice.post(path, json.dumps(dict.fromkeys(names, "x")), content_type=JSON)
    assert_refused(response)


def test_nothing_but_the_sent_movies_is_added_by_valid_input_full_of_surprises(alice):
    body = {
        "title": "<script>alert(1)</script>",
        "description": "' OR 1=1 --",
        "director": "{{7*7}}",
        "genre": ["%s", "../.."],
    }
    response = alice.post("/movies/", body)
    assert response.status_code == 201
    shown = response.json()
    assert (shown["title"], shown["description"]) == (body["title"], body["description"])
    assert [genre["name"] for genre in shown["genre"]] == body["genre"]
    assert services.Movie.objects.count() == 1
