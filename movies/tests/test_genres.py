"""GET /api/v1/genres/ and /api/v1/genres/{id}/"""

import pytest

from movies.models import Genre
from movies.tests.contract import PAGE_KEYS, UNKNOWN_ID, refused_fields


@pytest.fixture
def genres(db):
    return [Genre.objects.create(name=name) for name in ("Western", "drama", "Žánr")]


def names(response):
    assert response.status_code == 200
    assert set(response.json()) == PAGE_KEYS
    return [genre["name"] for genre in response.json()["results"]]


def test_everybody_reads_the_genres_by_name(anonymous, genres):
    response = anonymous.get("/api/v1/genres/")
    assert names(response) == ["drama", "Western", "Žánr"]
    assert set(response.json()["results"][0]) == {"id", "name"}
    assert 'rel="first"' in response["Link"]


@pytest.mark.parametrize(("part", "found"), [("WEST", ["Western"]), ("ŽÁN", ["Žánr"]), ("x", []), ("_", [])])
def test_genres_are_found_by_part_of_the_name_without_case(anonymous, genres, part, found):
    assert names(anonymous.get(f"/api/v1/genres/?name={part}")) == found


def test_a_bad_name_is_400(anonymous, db):
    assert refused_fields(anonymous.get("/api/v1/genres/?name=a%00b")) == {"name"}


def test_one_genre_is_read_by_id(anonymous, genres):
    genre = genres[0]
    assert anonymous.get(f"/api/v1/genres/{genre.pk}/").json() == {"id": genre.pk, "name": "Western"}


@pytest.mark.parametrize("pk", [UNKNOWN_ID, 10**20, "x"])
def test_an_unknown_genre_is_404(anonymous, db, pk):
    assert anonymous.get(f"/api/v1/genres/{pk}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_genres_here_not_even_staff(sam, genres, method):
    for url in ("/api/v1/genres/", f"/api/v1/genres/{genres[0].pk}/"):
        assert getattr(sam, method)(url, {"name": "X"}).status_code == 405
    assert Genre.objects.count() == 3
