from collections.abc import Callable
from pathlib import Path

import pytest

from movies.models import Movie


@pytest.fixture(params=["/api/v1/movies/", "/movies/"], ids=["api", "community"])
def movies_url(request: pytest.FixtureRequest) -> str:
    """Runs a test at both mounts that have the whole of the movies."""
    return request.param


@pytest.fixture(params=["/api/v1/movies/", "/movies/", "/api/movies/"], ids=["api", "community", "showcase"])
def rankings_url(request: pytest.FixtureRequest) -> str:
    """Runs a test at the three mounts that have favourites, rankings and search."""
    return request.param


@pytest.fixture
def make_movies(make_movie: Callable[..., Movie], alice) -> Callable[..., list[Movie]]:
    """Adds `n` movies, each with a director and two genres of its own: `make_movies(5)`."""

    def make(n: int, start: int = 0) -> list[Movie]:
        return [
            make_movie(f"Movie {i}", by=alice, director=f"Director {i}", genre_list=[f"Genre {i}", f"Genre {i + 1}"])
            for i in range(start, start + n)
        ]

    return make


@pytest.fixture
def media(settings, tmp_path: Path) -> Path:
    """An empty folder for covers."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
