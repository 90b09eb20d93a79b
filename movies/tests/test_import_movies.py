"""`manage.py import_movies`."""

import json
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from movies import search, services, tallies, verification
from movies.importing import Report, import_stream
from movies.importing.rows import MAX_LINE
from movies.models import (
    Director,
    Genre,
    Movie,
    MovieDirector,
    MovieGenre,
    MovieStats,
    SearchPosting,
    SearchSpelling,
    SearchWord,
    Tally,
)
from movies.tests.test_concurrency import at_once

pytestmark = pytest.mark.django_db
REAL_FILMS = json.loads((settings.BASE_DIR / "config" / "demo" / "films.json").read_text())


@pytest.fixture
def import_rows(tmp_path, capsys):
    """Imports rows (objects, or bytes as they are): what the command printed, and its complaints."""

    def run(*rows, status=0, **options):
        file = tmp_path / "movies.ndjson"
        file.write_bytes(b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows))
        with nullcontext() if status == 0 else pytest.raises(SystemExit, match=f"^{status}$"):
            call_command("import_movies", file, verbosity=0, **options)
        return capsys.readouterr()

    return run


ALIEN = {"title": "Alien", "year": 1979, "genres": ["Horror", "Science Fiction"], "directors": ["Ridley Scott"]}


def test_a_row_becomes_a_movie_with_statistics_that_search_finds(import_rows):
    printed = import_rows(ALIEN)
    assert printed.out.startswith("1 rows read: 1 movies added, 0 already there, 0 refused, 0 values left out;")
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


MATRIX = {"title": "The Matrix", "year": 1999, "directors": ["Lana Wachowski", "Lilly Wachowski"]}


def directors_of(movie):
    return [director.name for director in movie.director_list]


@pytest.mark.parametrize(
    "fields",
    [
        {"directors": ["Lana Wachowski", "Lilly Wachowski"]},
        {"directors": ["Lana Wachowski", "LILLY  wachowski", "Lilly Wachowski", "lana wachowski", ""]},
        {"directors": [{"id": 5, "name": "Lana Wachowski"}, {"id": 6, "name": "Lilly Wachowski"}]},
        {"director": ["Lana Wachowski", "Lilly Wachowski"]},
        {"director": "Lana Wachowski", "directors": ["Lana Wachowski", "Lilly Wachowski"]},
        {"directors": "Lana Wachowski|Lilly Wachowski"},
        {"director": "Lana Wachowski; Lilly Wachowski"},
    ],
)
def test_all_directors_are_kept_in_their_order_and_found(import_rows, anonymous, fields):
    Director.objects.create(name="Lilly Wachowski")
    assert "0 values left out" in import_rows({"title": "The Matrix", "year": 1999, **fields}).out
    [movie] = Movie.objects.all()
    assert directors_of(movie) == ["Lana Wachowski", "Lilly Wachowski"]
    assert [movie.pk for movie in search.search(Movie.objects.all(), "lilly")] == [movie.pk]
    assert anonymous.get("/api/v1/movies/?director=lilly+wachowski").json()["count"] == 1
    assert list(verification.differences()) == []


@pytest.mark.parametrize(
    "directors",
    [
        ["Lilly Wachowski", "Lana Wachowski"],
        ["LILLY wachowski"],
        ["Somebody Else", "Lana Wachowski"],
    ],
)
def test_a_movie_that_has_a_director_in_common_is_the_same(import_rows, directors):
    """In one file or in two: others list them in another order, or not all of them."""
    other = {**MATRIX, "directors": directors}
    assert "1 movies added, 1 already there" in import_rows(MATRIX, other).out
    assert "0 movies added, 1 already there" in import_rows(other).out
    assert directors_of(Movie.objects.get()) == MATRIX["directors"]


def test_a_movie_that_once_lost_its_second_director_is_known_again(import_rows):
    import_rows({**MATRIX, "directors": ["Lana Wachowski"]})
    assert "0 movies added, 1 already there" in import_rows(MATRIX).out


@pytest.mark.parametrize("directors", [["Lana", "Lilly"], []])
def test_a_movie_without_a_director_in_common_is_another(import_rows, directors):
    import_rows(MATRIX, {**MATRIX, "directors": directors})
    assert Movie.objects.count() == 2


def test_a_director_who_is_not_among_the_directors_is_said(import_rows):
    printed = import_rows({**MATRIX, "director": "Joel Coen"})
    assert "line 1: director: 'Joel Coen' left out: not among the `directors`" in printed.err
    assert directors_of(Movie.objects.get()) == MATRIX["directors"]


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
        (b'{"title": "\xff"}', "not in UTF-8"),
        (b"[1]", "not a JSON object"),
        (b'{"title": "' + b"x" * MAX_LINE + b'"}', "longer than 1048576 bytes"),
        (b" " * (MAX_LINE + 1) + b'{"title": "Alien 3"}', "longer than 1048576 bytes"),
        (b" " * (3 * MAX_LINE + 9) + b'{"title": "Alien 3"}', "longer than 1048576 bytes"),
        (b" " * (4 * MAX_LINE), "longer than 1048576 bytes"),
        ({"year": 1979}, "title: missing"),
        ({"title": "  "}, "title: missing"),
        ({"title": None}, "title: missing"),
        ({"title": "\u200b \u3164"}, "title: missing"),
        ({"title": True}, "title: not a text"),
        ({"title": ["Alien 3"]}, "title: not a text"),
        ({"title": 8.5}, "title: not a text"),
        ({"title": "x" * 300}, "title: longer than 255 characters"),
        ({"title": 10**300}, "title: longer than 255 characters"),
        ({"title": "a\x00b"}, "title: holds characters"),
        (b'{"title": "\\ud800"}', "title: holds characters"),
    ],
)
def test_a_row_that_no_movie_can_be_known_by_is_refused_with_its_line_and_reason(import_rows, row, reason):
    printed = import_rows(ALIEN, row, {**ALIEN, "title": "Aliens"}, status=1)
    assert "2 movies added, 0 already there, 1 refused" in printed.out
    assert f"line 2: refused: {reason}" in printed.err


def test_every_row_refused_and_every_value_left_out_can_be_written_to_a_file(import_rows, tmp_path):
    rows = [{"year": year} for year in range(1900, 1930)] + [{**ALIEN, "year": "soon"}] * 30
    printed = import_rows(*rows, status=1, report=tmp_path / "report.tsv")
    assert "1 movies added, 29 already there, 30 refused, 30 values left out" in printed.out
    assert printed.err.count("… and 10 more") == 2
    lines = (tmp_path / "report.tsv").read_text().splitlines()
    assert lines[:2] == ["line\treason\tfield\tvalue", "1\ttitle: missing\t\t"]
    assert lines[-1] == "60\tnot a whole number from 1870 to 2100\tyear\t'soon'"
    assert len(lines) == 61


def test_nothing_is_imported_when_there_is_nowhere_to_write_the_report(import_rows):
    with pytest.raises(CommandError, match=r"/nowhere/report\.tsv: No such file"):
        import_rows(ALIEN, report=Path("/nowhere/report.tsv"))
    assert not Movie.objects.exists()


def test_twins_in_one_file_become_one_movie(import_rows):
    assert "1 movies added, 2 already there" in import_rows(ALIEN, ALIEN, {**ALIEN, "title": "alien"}).out


def test_a_file_that_is_not_there_is_a_clear_error():
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_movies", "/nowhere.ndjson", verbosity=0)


def test_batches_are_counted_together(import_rows, monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH", 3)
    rows = [{**ALIEN, "title": f"Alien {number}"} for number in range(10)]
    assert "10 rows read: 10 movies added, 0 already there, 0 refused" in import_rows(*rows).out
    assert MovieStats.objects.count() == 10


@pytest.mark.parametrize("line", [b'\xef\xbb\xbf{"title": "Alien"}', b'{"title": "Alien", "no_field_of_ours": NaN}'])
def test_json_with_small_faults_is_understood(import_rows, line):
    assert "1 movies added" in import_rows(line).out


# Whatever could be taken for the end of a field, of a row, of the file or for no value at all.
NASTY = [
    "a\tb", "a\nb", "a\r\nb", "a\rb", "\\", "\\.", "\\.\n\\.", "x\n\\.\nx", "\\N", "\\n", '"', '""', 'a"b', "a,b", "'", "NULL", "%s", "{}", "?",
    "x'); DROP TABLE movies_movie; --", "\u2028", "\x1f-\x7f", "\ufeff-", "😀", "İ", "ﷺ" * 14,
]  # fmt: skip


def test_texts_are_stored_to_the_letter(import_rows):
    rows = [
        {
            "title": f"{text}{number}",
            "description": f"-{text}",
            "directors": [f"{text}{number}"],
            "genres": [f"{text}{number}"],
        }
        for number, text in enumerate(NASTY)
    ]
    assert f"{len(rows)} movies added" in import_rows(*rows).out
    for movie, row in zip(Movie.objects.complete().order_by("pk"), rows, strict=True):
        assert (movie.title, movie.description) == (row["title"].strip(), row["description"].strip())
        assert movie.director.name == " ".join(row["directors"][0].split())
        assert [genre.name for genre in movie.genre_list] == [" ".join(row["genres"][0].split())]
    assert "0 movies added" in import_rows(*rows).out


def test_no_text_is_the_empty_text_and_no_figure_is_null(import_rows):
    import_rows({"title": "Untitled", "description": "", "duration": None, "release_date": None})
    movie = Movie.objects.get()
    assert (movie.description, movie.cover_image, movie.duration, movie.release_date, movie.user) == (
        "",
        "",
        None,
        None,
        None,
    )


def everything(movie):
    """What the database has of a movie, but for ids and times."""
    varying = {"id", "uuid", "created_at", "updated_at", "movie_id"}
    rows = [Movie.objects.filter(pk=movie.pk).values().get(), MovieStats.objects.filter(movie=movie).values().get()]
    return [{name: value for name, value in row.items() if name not in varying} for row in rows] + [
        list(MovieDirector.objects.filter(movie=movie).order_by("pk").values_list("director", flat=True)),
        list(MovieGenre.objects.filter(movie=movie).order_by("pk").values_list("genre", flat=True)),
        set(SearchPosting.objects.filter(movie=movie).values_list("word", "weight", "popularity")),
    ]


@pytest.mark.parametrize("is_first", [True, False])
def test_an_imported_movie_is_what_the_service_would_have_added(import_rows, is_first):
    """Whoever of the two comes first creates the director, the genres and the words."""

    def add():
        services.add_movie(
            by=None, title="Ålien alien", description="In space.", release_date="1979-01-01", duration=117,
            director_list=["Ridley Alien", "Somebody"], genre_list=["Science Fiction", "Horror", "alien"],
        )  # fmt: skip

    def import_it():
        row = {"genres": ["Science Fiction", "Horror", "alien", "HORROR"], "directors": ["Ridley Alien", "Somebody"]}
        import_rows({"title": "Ålien alien", "description": "In space.", "year": 1979, "duration": 117} | row)

    kept = []
    for step in (import_it, add) if is_first else (add, import_it):
        step()
        call_command("verify", verbosity=0)
        movie = Movie.objects.get()
        kept.append(everything(movie))
        services.delete_movie(movie=movie)
    assert kept[0] == kept[1]


def index():
    """The index, in terms of titles and words."""
    return {
        "postings": set(SearchPosting.objects.values_list("movie__title", "word__text", "weight")),
        "words": set(SearchWord.objects.values_list("text", "movies_count")),
        "spellings": sorted(SearchSpelling.objects.values_list("word__text", "text")),
    }


def test_the_index_is_what_search_would_have_made(import_rows):
    import_rows(
        ALIEN,
        {
            "title": "The Alien, the alien's and Das Boot",
            "directors": ["Ridley Scott", "Das"],
            "genres": ["War", "war"],
        },
        {"title": "…!?"},
        {"title": "x" * 200 + " Amélie", "genres": ["Comédie"]},
        {"title": "\ufdfa", "directors": ["Ridley Ридли"]},
    )
    imported = index()
    SearchWord.objects.all().delete()
    search.index(Movie.objects.all())
    assert imported == index()


def test_the_vocabulary_is_forgotten_when_it_grows_too_large(import_rows, monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH", 2)
    monkeypatch.setattr("movies.importing.postings.MAX_REMEMBERED", 3)
    import_rows(*[{**ALIEN, "title": f"Alien {number % 3} of {number}"} for number in range(9)])
    call_command("verify", verbosity=0)
    assert SearchPosting.objects.filter(word__text="alien").count() == 9


def test_a_batch_ends_early_when_its_lines_are_long(import_rows, monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH_BYTES", 10)
    lines = [json.dumps({**ALIEN, "title": title}).encode() + b"\n" for title in ("Alien", "Aliens", "Legend")]
    report = Report()
    assert list(import_stream(BytesIO(b"".join(lines)), report, pytest.fail)) == [len(line) for line in lines]
    assert (report.read, report.added, report.known, report.refused) == (3, 3, 0, 0)


def test_an_import_that_breaks_off_leaves_whole_batches_and_the_next_run_adds_the_rest(import_rows, monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH", 3)
    rows = [{**ALIEN, "title": f"Alien {number}", "genres": [f"Genre {number}"]} for number in range(10)]
    add, batches = tallies.add, iter(range(10))

    def break_off_in_the_third(differences):
        add(differences)
        if next(batches) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(tallies, "add", break_off_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        import_rows(*rows)
    for model in (Movie, MovieStats, MovieGenre, Genre):
        assert model.objects.count() == 6
    call_command("verify", verbosity=0)
    assert "4 movies added, 6 already there" in import_rows(*rows).out
    assert Tally.objects.get(kind=Tally.Kind.ALL).count == Movie.objects.count() == 10
    call_command("verify", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_add_each_movie_once(monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH", 5)
    lines = [
        json.dumps(
            {"title": f"Film {n} {n % 7}", "directors": [f"Somebody {n % 5}"], "genres": [f"Genre {n % 4}"]}
        ).encode()
        for n in range(60)
    ]

    def run(lines):
        report = Report()
        for _ in import_stream(BytesIO(b"\n".join(lines)), report, pytest.fail):
            pass
        return report.added

    assert sum(at_once(lambda: run(lines), lambda: run(lines[::-1]))) == Movie.objects.count() == 60
    call_command("verify", verbosity=0)


def test_real_films_are_imported_found_and_known_again(import_rows):
    count = len(REAL_FILMS)
    assert f"{count} movies added, 0 already there, 0 refused, 0 values left out" in import_rows(*REAL_FILMS).out
    assert f"0 movies added, {count} already there" in import_rows(*REAL_FILMS).out
    for film in REAL_FILMS[::20]:
        found = search.search(Movie.objects.all(), film["title"])[0]
        assert (found.title, found.director.name) == (film["title"], film["directors"][0])
    call_command("verify", verbosity=0)
