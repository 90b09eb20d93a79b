"""`manage.py import_movies`."""

import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from movies import search
from movies.models import Director, Genre, Movie, MovieStats

pytestmark = pytest.mark.django_db
REAL_FILE = settings.BASE_DIR.parent / "shared" / "data" / "wikipedia-facts.ndjson"


@pytest.fixture
def import_rows(tmp_path, capsys):
    """Imports rows (objects, or bytes as they are): what the command printed, and its complaints."""

    def run(*rows, **options):
        file = tmp_path / "movies.ndjson"
        file.write_bytes(b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows))
        call_command("import_movies", file, verbosity=0, **options)
        return capsys.readouterr()

    return run


ALIEN = {"title": "Alien", "year": 1979, "genres": ["Horror", "Science Fiction"], "directors": ["Ridley Scott"]}


def test_a_row_becomes_a_movie_with_statistics_that_search_finds(import_rows):
    printed = import_rows(ALIEN)
    assert printed.out.startswith("1 rows read: 1 movies added, 0 already there, 0 refused;")
    movie = Movie.objects.complete().get()
    assert (movie.title, str(movie.release_date), movie.director.name) == ("Alien", "1979-01-01", "Ridley Scott")
    assert [genre.name for genre in movie.genre_list] == ["Horror", "Science Fiction"]
    assert movie.stats.likes_count == 0
    assert [found.pk for found in search.search(Movie.objects.all(), "alein ridly")] == [movie.pk]


def test_a_second_run_changes_nothing(import_rows):
    import_rows(ALIEN)
    before = list(Movie.objects.values())
    assert "0 movies added, 1 already there" in import_rows(ALIEN).out
    assert list(Movie.objects.values()) == before


def test_a_movie_is_known_again_without_case(import_rows):
    import_rows(ALIEN)
    twin = {**ALIEN, "title": "ALIEN", "directors": ["ridley  SCOTT"]}
    assert "0 movies added, 1 already there" in import_rows(twin).out


@pytest.mark.parametrize(
    "other", [{"title": "Aliens"}, {"year": 1980}, {"directors": ["James Cameron"]}, {"year": None}]
)
def test_another_title_year_or_director_is_another_movie(import_rows, other):
    import_rows(ALIEN)
    assert "1 movies added" in import_rows({**ALIEN, **other}).out


def test_names_are_matched_without_case_with_what_is_there(import_rows):
    Director.objects.create(name="RIDLEY SCOTT")
    Genre.objects.create(name="horror")
    import_rows(ALIEN, {**ALIEN, "title": "Legend", "genres": ["HORROR", "Horror", " horror "]})
    assert Director.objects.count() == 1
    assert {genre.name for genre in Genre.objects.all()} == {"horror", "Science Fiction"}
    assert Movie.objects.get(title="Legend").genre_links.count() == 1


def test_rows_without_year_director_or_genres_are_movies_too(import_rows):
    import_rows({"title": "Untitled"})
    movie = Movie.objects.complete().get()
    assert (movie.release_date, movie.director, movie.genre_list) == (None, None, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"{", "not a line of JSON"),
        (b"[" * 5000, "not a line of JSON"),
        (b'{"title": "\xff"}', "not a line of JSON"),
        (b"[1]", "not a JSON object"),
        ({"year": 1979}, "title: missing"),
        ({"title": "  "}, "title: missing"),
        ({"title": 5}, "title: not a text"),
        ({"title": "x" * 300}, "title: longer than 255 characters"),
        ({"title": "a\x00b"}, "title: holds characters"),
        (b'{"title": "\\ud800"}', "title: holds characters"),
        ({"title": "A", "year": "1979"}, "year: not a whole number"),
        ({"title": "A", "year": 10**20}, "year: not a whole number"),
        ({"title": "A", "genres": "Drama"}, "genres: not a list"),
        ({"title": "A", "directors": [5]}, "directors: not a text"),
        ({"title": "A", "release_date": "1979-13-01"}, "release_date: "),
        ({"title": "A", "duration": 0}, "duration: not a whole number"),
    ],
)
def test_a_row_that_cannot_be_a_movie_is_refused_with_its_line_and_reason(import_rows, row, reason):
    printed = import_rows(ALIEN, row, {**ALIEN, "title": "Aliens"})
    assert "2 movies added, 0 already there, 1 refused" in printed.out
    assert f"line 2: {reason}" in printed.err


def test_all_refused_rows_can_be_written_to_a_file(import_rows, tmp_path):
    printed = import_rows(*[{"year": year} for year in range(1900, 1930)], refused=tmp_path / "refused.tsv")
    assert "… and 10 more" in printed.err
    lines = (tmp_path / "refused.tsv").read_text().splitlines()
    assert lines[0] == "1\ttitle: missing"
    assert len(lines) == 30


def test_twins_in_one_file_become_one_movie(import_rows):
    assert "1 movies added, 2 already there" in import_rows(ALIEN, ALIEN, {**ALIEN, "title": "alien"}).out


def test_a_file_that_is_not_there_is_a_clear_error():
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_movies", "/nowhere.ndjson", verbosity=0)


def test_batches_are_counted_together(import_rows, monkeypatch):
    monkeypatch.setattr("movies.importing.BATCH", 3)
    rows = [{**ALIEN, "title": f"Alien {number}"} for number in range(10)]
    assert "10 rows read: 10 movies added, 0 already there, 0 refused" in import_rows(*rows).out
    assert MovieStats.objects.count() == 10


def test_real_films_are_imported_found_and_known_again(import_rows):
    if not REAL_FILE.exists():
        pytest.skip(f"the real catalogue is not at {REAL_FILE}")
    with REAL_FILE.open("rb") as file:
        rows = [line.rstrip(b"\n") for line in file][::40]
    added = int(import_rows(*rows).out.split("read: ")[1].split()[0])
    assert added > 0.99 * len(rows)
    assert "0 movies added" in import_rows(*rows).out
    assert Movie.objects.count() == added
    call_command("verify", verbosity=0)
