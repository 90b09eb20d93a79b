"""What the import makes of values as people's programs write them."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from movies.models import Movie
from movies.models.catalogue import MAX_NAMES

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(tmp_path, capsys):
    """Imports one row with a title of its own: the movie, and what the command printed."""

    def run(row, title="Alien"):
        file = tmp_path / "movies.ndjson"
        file.write_text(row if isinstance(row, str) else json.dumps({"title": title} | row))
        call_command("import_movies", file, verbosity=0)
        return Movie.objects.complete().get(), capsys.readouterr()

    return run


def taken(printed):
    return "0 refused, 0 values left out" in printed.out and printed.err == ""


@pytest.mark.parametrize("year", [1979, 1979.0, "1979", " 1979 ", "1979.0", "1979."])
def test_a_year_is_taken_however_a_program_writes_it(imported, year):
    movie, printed = imported({"year": year})
    assert movie.release_date == date(1979, 1, 1)
    assert taken(printed)


@pytest.mark.parametrize(
    "day",
    [
        "1979-05-25", " 1979-05-25 ", "19790525", "1979-05-25T00:00:00", "1979-05-25 00:00:00", "1979-05-25T20:15:00.000Z",
        "1979-05-25T20:15:00.123456+02:00", "1979-05-25 20:15:00 UTC", "1979-05-25T20:15+0000",
    ],
)  # fmt: skip
def test_a_date_is_taken_with_a_time_or_without(imported, day):
    movie, printed = imported({"release_date": day})
    assert movie.release_date == date(1979, 5, 25)
    assert taken(printed)


@pytest.mark.parametrize("day", [1979, 1979.0, "1979", "1979.0"])
def test_a_year_for_a_date_is_its_first_day(imported, day):
    assert imported({"release_date": day})[0].release_date == date(1979, 1, 1)


@pytest.mark.parametrize(
    "duration", [117, 117.0, "117", "117.0", "117 min", "117 mins.", "117min", "117 m", "117 Minutes"]
)
def test_a_duration_is_taken_with_its_unit_or_without(imported, duration):
    movie, printed = imported({"duration": duration})
    assert movie.duration == 117
    assert taken(printed)


@pytest.mark.parametrize(
    "nothing", ["null", "NaN", '""', '"NaN"', '"nan"', '"None"', '"null"', '"N/A"', '" "', r'"\\N"']
)
def test_what_says_that_nothing_is_known_is_nothing_and_no_fault(imported, nothing):
    fields = ("year", "release_date", "duration", "director", "directors", "genres", "description")
    movie, printed = imported('{"title": "Alien", ' + ", ".join(f'"{field}": {nothing}' for field in fields) + "}")
    assert (movie.release_date, movie.duration, movie.director, movie.genre_list, movie.description) == (
        None, None, None, [], "",
    )  # fmt: skip
    assert taken(printed)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("year", "soon", "not a whole number from 1870 to 2100"),
        ("year", 0, "not a whole number"),
        ("year", -1979, "not a whole number"),
        ("year", 1979.5, "not a whole number"),
        ("year", 10**20, "not a whole number"),
        ("year", True, "not a whole number"),
        ("year", "1,979", "not a whole number"),
        ("year", "١٩٧٩", "not a whole number"),
        ("year", [1979], "not a whole number"),
        ("release_date", "1979-13-01", "not a date like 1979-05-25"),
        ("release_date", "1979-00-00", "not a date"),
        ("release_date", "25.05.1979", "not a date"),
        ("release_date", "1979-05-25 or so", "not a date"),
        ("release_date", 296438400000, "not a date"),
        ("release_date", {"$date": 1}, "not a date"),
        ("duration", 0, "not a whole number from 1 to 60000"),
        ("duration", "0", "not a whole number"),
        ("duration", "1h 57m", "not a whole number"),
        ("duration", 60_001, "not a whole number"),
        ("duration", "min", "not a whole number"),
        ("director", 5, "not a text"),
        ("director", "x" * 300, "longer than 255 characters"),
        ("director", "ﷺ" * 200, "longer than 255 characters"),
        ("director", {"id": 5}, "not a text"),
        ("director", "a\x00b", "holds characters"),
        ("directors", [5], "not a text"),
        ("directors", True, "not a text"),
        ("genres", 5, "not a text"),
        ("genres", "['Horror', 'Drama']", "a list that is written as a text"),
        ("genres", '[{"id": 27, "name": "Horror"}]', "a list that is written as a text"),
        ("description", 5, "not a text"),
        ("description", "x" * 10_001, "longer than 10000 characters"),
    ],
)
def test_a_value_that_cannot_be_used_is_left_out_of_its_movie_and_named(imported, field, value, reason):
    movie, printed = imported({field: value})
    assert (movie.title, movie.release_date, movie.duration, movie.director, movie.description) == (
        "Alien", None, None, None, "",
    )  # fmt: skip
    assert "1 movies added, 0 already there, 0 refused, 1 values left out" in printed.out
    assert printed.err.startswith(f"line 1: {field}: ")
    assert f"left out: {reason}" in printed.err


def test_the_year_counts_where_the_date_is_no_date(imported):
    movie, printed = imported({"release_date": "spring", "year": 1979})
    assert movie.release_date == date(1979, 1, 1)
    assert "line 1: release_date: 'spring' left out: not a date" in printed.err


@pytest.mark.parametrize(
    "genres", ["Horror, Drama", "Horror|Drama", ["Horror", "Drama"], [{"id": 27, "name": "Horror"}, "Drama"]]
)
def test_genres_are_a_list_or_a_text_that_lists_them(imported, genres):
    movie, printed = imported({"genres": genres})
    assert [genre.name for genre in movie.genre_list] == ["Horror", "Drama"]
    assert taken(printed)


@pytest.mark.parametrize(
    "row", [{"directors": "Lee, Ang"}, {"director": "Lee, Ang"}, {"director": {"id": 1, "name": "Lee, Ang"}}]
)
def test_a_director_s_name_may_have_a_comma(imported, row):
    movie, printed = imported(row)
    assert movie.director.name == "Lee, Ang"
    assert taken(printed)


def test_of_a_list_only_the_members_that_cannot_be_used_are_left_out(imported):
    movie, printed = imported({"genres": ["Horror", 5, None, "Drama"]})
    assert [genre.name for genre in movie.genre_list] == ["Horror", "Drama"]
    assert printed.err == "line 1: genres: 5 left out: not a text\n"


def test_more_genres_than_a_movie_may_have_are_left_out_and_named(imported):
    movie, printed = imported({"genres": [f"Genre {number}" for number in range(MAX_NAMES + 2)]})
    assert len(movie.genre_list) == MAX_NAMES
    assert "line 1: genres: ['Genre 50', 'Genre 51'] left out: beyond the first 50" in printed.err


@pytest.mark.parametrize("title", [1917, 1917.0, "1917", " 1917 "])
def test_a_title_that_a_program_took_for_a_number_is_a_title(imported, title):
    assert imported({}, title)[0].title == "1917"


def test_values_are_shown_short_and_without_characters_that_a_terminal_obeys(imported):
    _, printed = imported({"year": "\x1b[2J\x9b" + "x" * 10_000, "\x1b[31m" + "y" * 10_000: 1})
    assert "\x1b" not in printed.err
    assert "\x9b" not in printed.err
    assert len(printed.err) < 300


def test_fields_that_the_import_does_not_read_are_named_once(imported, tmp_path, capsys):
    (tmp_path / "many.ndjson").write_text(
        '{"title": "A", "Year": 1979, "imdb_id": 1}\n' * 3 + '{"title": "B", "genre": "X"}\n'
    )
    call_command("import_movies", tmp_path / "many.ndjson", verbosity=0)
    expected = "Fields that the import does not read: 'Year' (is it year?), 'genre' (is it genres?), 'imdb_id'.\n"
    assert capsys.readouterr().err == expected


def test_no_more_unknown_fields_are_remembered_than_a_person_reads(imported):
    printed = imported({f"field {number}": 1 for number in range(1000)})[1]
    assert printed.err.count("'field ") == 50
