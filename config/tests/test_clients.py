"""Clients written against the documents work unchanged: each script of `config/tests/clients/` runs against a real server."""

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from metrics.tests.server import Server, database_url

MOVIES = 25  # more than a page


@pytest.fixture
def catalogue(transactional_db: None, make_movie: Any, alice: Any, bob: Any) -> None:
    for number in range(MOVIES):
        movie = make_movie(
            f"Movie {number}",
            by=alice,
            release_date=f"{1990 + number}-01-01",
            director=f"Director {number}",
            genre_list=["Drama", "Comedy"],
        )
        bob.post(f"/movies/{movie.pk}/comments/", {"text": "Good."})
        bob.put(f"/movies/{movie.pk}/favorite/")
    bob.post("/api/auth/rating", {"movie": movie.pk, "rating": 4})


@pytest.mark.parametrize(
    ("client", "arguments"),
    [("refreshing", []), ("mapping", [str(MOVIES)]), ("collecting", [])],
    ids=["refreshing", "mapping", "collecting"],
)
def test_a_client_of_the_documents_works_unchanged(catalogue, tmp_path, client, arguments):
    script = settings.BASE_DIR / "config" / "tests" / "clients" / f"{client}.py"
    with Server(database_url(tmp_path), tmp_path / "host") as server:
        command = [sys.executable, str(script), server.base_url, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
