"""GET /api/v1/directors/ and /api/v1/directors/{id}/"""

import pytest

from movies.models import Director
from movies.tests.contract import PAGE_KEYS, UNKNOWN_ID, number_of_queries, refused_fields


@pytest.fixture
def directors(db):
    return [Director.objects.create(name=name) for name in ("Wes Anderson", "agnès varda", "Žofie Reynaud")]


def names(response):
    assert response.status_code == 200
    assert set(response.json()) == PAGE_KEYS
    return [director["name"] for director in response.json()["results"]]


def test_everybody_reads_the_directors_by_name(anonymous, directors):
    response = anonymous.get("/api/v1/directors/")
    assert names(response) == ["agnès varda", "Wes Anderson", "Žofie Reynaud"]
    Director.objects.create(name="Élise Zed")
    assert names(anonymous.get("/api/v1/directors/"))[1] == "Élise Zed"
    assert set(response.json()["results"][0]) == {"id", "name"}
    assert 'rel="first"' in response["Link"]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("AND", ["Wes Anderson"]),
        ("ŽOF", ["Žofie Reynaud"]),
        ("zof", ["Žofie Reynaud"]),
        ("agnes", ["agnès varda"]),
        ("x", []),
        ("%25", []),
        ("_", []),
    ],
)
def test_directors_are_found_by_part_of_the_name_without_case_and_accents(anonymous, directors, part, found):
    assert names(anonymous.get(f"/api/v1/directors/?name={part}")) == found


def test_a_bad_name_is_400(anonymous, db):
    assert refused_fields(anonymous.get("/api/v1/directors/?name=a%00b")) == {"name"}


def test_one_director_is_read_by_id(anonymous, directors):
    director = directors[0]
    assert anonymous.get(f"/api/v1/directors/{director.pk}/").json() == {"id": director.pk, "name": "Wes Anderson"}


@pytest.mark.parametrize("pk", [UNKNOWN_ID, 10**20, "x"])
def test_an_unknown_director_is_404(anonymous, db, pk):
    assert anonymous.get(f"/api/v1/directors/{pk}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_directors_here_not_even_staff(sam, directors, method):
    for url in ("/api/v1/directors/", f"/api/v1/directors/{directors[0].pk}/"):
        assert getattr(sam, method)(url, {"name": "X"}).status_code == 405
    assert Director.objects.count() == 3


def test_a_long_page_takes_no_more_queries_than_a_short_one(anonymous, directors):
    of_three = number_of_queries(anonymous, "/api/v1/directors/")
    for i in range(12):
        Director.objects.create(name=f"Director {i}")
    assert number_of_queries(anonymous, "/api/v1/directors/") == of_three
