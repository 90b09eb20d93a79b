"""In the canonical API a query parameter that means nothing is 400; the dialects ignore it. Swagger says what means something."""

import re

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from config.dialects import CANONICAL
from config.tests.hostile import required_query
from config.tests.openapi import OPERATIONS
from rest import fast_path, strict
from rest.tests.helpers import detail_of, fields_named, is_problem, whole_database
from rest.tests.requests import asked, the_full_stack

CANONICAL_OPERATIONS = [one for one in OPERATIONS if one.dialect == CANONICAL]
OF_DIALECTS = [one for one in OPERATIONS if one.dialect != CANONICAL and one.method == "get"]
SAMPLES = {"integer": "1", "number": "1", "string": "horror", "array": "horror"}
BY_NAME = {
    "released_after": "1979-01-01",
    "released_before": "1979-01-01",
    "ordering": "title",
    "page": "1",
    "page_size": "5",
    "limit": "5",
}


def path_of(operation, movie):
    return re.sub(r"\{(\w+)\}", lambda key: str(movie.uuid if key[1] == "uuid" else movie.pk), operation.path)


def test_there_are_many_operations():
    assert len(CANONICAL_OPERATIONS) > 35
    assert len(OF_DIALECTS) > 15


@pytest.mark.parametrize("operation", CANONICAL_OPERATIONS, ids=str)
def test_an_unknown_parameter_is_400_and_changes_nothing(operation, alice, movie):
    before = whole_database()
    path = path_of(operation, movie)
    for query in ("nonsense=1", "nonsense", "NONSENSE=&page_size=x", "%6eonsense=1", "Page=1"):
        response = getattr(alice, operation.method)(f"{path}?{required_query(operation)}{query}")
        assert response.status_code == 400, query
        assert is_problem(response)
        first = next(iter(fields_named(response)))
        assert first.lower() in ("nonsense", "page")
        [detail] = fields_named(response)[first]
        known = sorted(operation.parameters("query"))
        assert detail.endswith(f"Known here: {', '.join(known)}." if known else "there are none here.")
    assert whole_database() == before


@pytest.mark.parametrize("operation", [one for one in CANONICAL_OPERATIONS if one.method == "get"], ids=str)
def test_what_the_document_says_is_understood(operation, alice, movie):
    path = path_of(operation, movie)
    for name, about in operation.parameters("query").items():
        if name == "cursor":
            continue
        others = required_query(operation, but=name)
        value = BY_NAME.get(name, SAMPLES[about["type"]])
        response = alice.get(f"{path}?{others}{name}={value}")
        assert response.status_code in (200, 404), (name, response.content)
        assert (
            response.status_code == 200
            or "{uuid}" in operation.path
            or operation.name.startswith(("movie_rating", "comment", "director", "genre"))
        )
        twice = alice.get(f"{path}?{others}{name}={value}&{name}={value}")
        if about["type"] == "array":
            assert twice.status_code == response.status_code
        else:
            assert fields_named(twice) == {name: ["This query parameter can be sent only once."]}


@pytest.mark.parametrize("operation", OF_DIALECTS, ids=str)
def test_the_dialects_ignore_what_means_nothing(operation, alice, movie):
    path = path_of(operation, movie)
    usual = alice.get(f"{path}?{required_query(operation)}")
    ignored = alice.get(f"{path}?{required_query(operation)}nonsense=1&nonsense=2&name=x")
    assert (ignored.status_code, usual.status_code) in ((200, 200), (404, 404))
    if operation.name != "request_count_list":  # which counts this request, too
        without_links = [re.sub(rb"http[^\"]*", b"", one.content) for one in (usual, ignored)]
        assert without_links[0] == without_links[1]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("genres", "genre"),
        ("directors", "director"),
        ("Title", "title"),
        ("min_ratings", "min_rating"),
        ("pagesize", "page_size"),
        ("page-size", "page_size"),
        ("order", "ordering"),
        ("release_after", "released_after"),
        ("years", "year"),
        ("curser", "cursor"),
    ],
)
def test_the_nearest_parameter_is_named(anonymous, movie, sent, meant):
    [detail] = fields_named(anonymous.get(f"/api/v1/movies/?{sent}=1"))[sent]
    assert f"Did you mean {meant!r}?" in detail


def test_an_unknown_parameter_of_which_none_is_near_gets_the_list_alone(anonymous, db):
    [detail] = fields_named(anonymous.get("/api/v1/directors/?zzz=1"))["zzz"]
    assert detail == "There is no such query parameter. Known here: cursor, name, page, page_size."


@pytest.mark.parametrize("sub_list", ["comments", "ratings", "like"])
@pytest.mark.parametrize("query", ["title=nothing", "genre=western", "ordering=title", "min_year=3000"])
def test_filters_of_the_movies_do_not_act_below_one_of_them(alice, movie, sub_list, query):
    assert alice.get(f"/api/v1/movies/{movie.pk}/{sub_list}/?{query}").status_code == 400
    if sub_list != "ratings":
        assert alice.get(f"/movies/{movie.pk}/{sub_list}/?{query}").status_code == 200
    assert alice.patch(f"/movies/{movie.pk}/?{query}", {"duration": 116}).status_code == 200


def test_both_ways_say_the_same(movie):
    for query in ("nonsense=1", "page=1&page=2", "x=1&y=2&z=3"):
        address = f"/api/v1/movies/?{query}"
        assert fast_path.try_fast(asked("GET", address)) is None
        status, headers, _ = the_full_stack(asked("GET", address))
        assert status.startswith("400 ")
        assert dict(headers)["Content-Type"] == "application/problem+json"
    for query in ("", "page=1", "genre=a&genre=b", "ordering=title&ordering=year"):
        asked_for = asked("GET", f"/api/v1/movies/?{query}")
        assert (fast_path.try_fast(asked_for) is None) == ("=year" in query)


def test_head_is_asked_like_get_and_options_is_not_asked(anonymous, movie):
    assert anonymous.head("/api/v1/movies/?genre=horror").status_code == 200
    assert anonymous.head("/api/v1/movies/?genres=horror").status_code == 400
    assert anonymous.options("/api/v1/movies/?genres=horror").status_code == 200
    assert anonymous.delete("/api/v1/movies/?genres=horror").status_code == 401


def test_the_format_that_rest_framework_knows_is_no_unknown_parameter(anonymous, movie):
    assert anonymous.get("/api/v1/movies/?format=json").status_code == 200
    assert anonymous.get("/api/v1/movies/?format=xml").status_code == 404


def test_an_answer_does_not_grow_with_the_query(anonymous, db):
    many = "&".join(f"p{n}=1" for n in range(900))
    for query in (many, "p" * 60_000, "&".join(f"{n}{'p' * 500}" for n in range(90))):
        response = anonymous.get(f"/api/v1/movies/?{query}")
        assert response.status_code == 400
        assert len(fields_named(response)) <= strict.MOST_OBJECTIONS
        assert len(response.content) < 8_000


def test_too_many_parameters_are_400(anonymous, db):
    query = "&".join(f"p{n}=1" for n in range(1_001))
    response = anonymous.get(f"/api/v1/movies/?{query}")
    assert response.status_code == 400
    assert "DATA_UPLOAD_MAX_NUMBER_FIELDS" in detail_of(response)


def test_methods_that_nobody_has_are_not_remembered(rf, movie):
    before = strict.parameters_of.cache_info().currsize
    for n in range(50):
        the_full_stack(asked(f"METHOD{n}", "/api/v1/movies/?nonsense=1"))
    assert strict.parameters_of.cache_info().currsize == before


def test_only_the_canonical_api_is_strict():
    assert [name for name, dialect in settings.DIALECTS.items() if dialect.is_strict] == [CANONICAL]
    assert strict.parameters_at(lambda request: None, WSGIRequest(asked("GET", "/livez?x=1"))) is None
