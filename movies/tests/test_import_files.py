"""Files that are not what the import reads, and an import that is stopped."""

import bz2
import gzip
import json
import lzma
import re
import signal
import subprocess
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from movies import tallies
from movies.models import Movie

pytestmark = pytest.mark.django_db
FILM = b'{"title": "Alien"}\n'
CSV = "title,year,genres,directors\nAlien,1979,Horror|Drama,Ridley Scott\n1917,2019,War,Sam Mendes\n"


def import_file(folder, content, name="films.ndjson"):
    (folder / name).write_bytes(content)
    call_command("import_movies", folder / name, verbosity=0)


def zipped(folder):
    with zipfile.ZipFile(folder / "films.zip", "w") as archive:
        archive.writestr("films.ndjson", FILM)
    return (folder / "films.zip").read_bytes()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CSV.encode(), "a table (CSV or TSV)"),
        (CSV.replace(",", ";").encode("utf-8-sig"), "a table (CSV or TSV)"),
        (b"tconst\ttitleType\tprimaryTitle\ntt1\tmovie\tAlien\n", "a table (CSV or TSV)"),
        (b"[" + FILM.strip() + b"]", "a JSON array"),
        (b"[\n" + FILM.strip() + b",\n" + FILM + b"]\n", "a JSON array"),
        (b"\xef\xbb\xbf \n[]", "a JSON array"),
        (json.dumps({"title": "Alien"}, indent=2).encode(), "one JSON value on several lines"),
        (gzip.compress(FILM, mtime=0), "compressed (gzip)"),
        (bz2.compress(FILM), "compressed (bzip2)"),
        (lzma.compress(FILM), "compressed (xz)"),
        (FILM.decode().encode("utf-16"), "UTF-16"),
        (FILM.decode().encode("utf-16-le"), "UTF-16"),
        (FILM.decode().encode("utf-16-be"), "UTF-16"),
        (b"<!DOCTYPE html><title>Log in</title>", "HTML or XML"),
        (b'\n\n<?xml version="1.0"?>', "HTML or XML"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "an SQLite database"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not text"),
        (b"Alien\nAliens\n", "none whose lines begin with {"),
        (b'"Alien"\n"Aliens"\n', "none whose lines begin with {"),
    ],
)
def test_a_file_of_another_kind_is_named_and_nothing_is_imported(tmp_path, content, kind):
    with pytest.raises(CommandError, match=re.escape(f"The file is {kind}")) as raised:
        import_file(tmp_path, content)
    assert raised.value.returncode == 2
    assert "one JSON object a line" in str(raised.value)
    assert not Movie.objects.exists()


def test_an_archive_is_named(tmp_path):
    with pytest.raises(CommandError, match="a ZIP archive"):
        import_file(tmp_path, zipped(tmp_path))


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_rows(tmp_path, capsys, content):
    import_file(tmp_path, content)
    assert capsys.readouterr().out.startswith("0 rows read: 0 movies added, 0 already there, 0 refused")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("import_movies", tmp_path, verbosity=0)


@pytest.mark.parametrize(
    "first", [b"# films of mine\n", b"Alien,1979\n", b'"Alien"\n', b"{\x00\n", b'{"title": "Am\xe9lie"}\n']
)
def test_a_first_line_that_is_no_object_costs_that_line_only(tmp_path, capsys, first):
    with pytest.raises(SystemExit, match=r"^1$"):
        import_file(tmp_path, first + FILM)
    printed = capsys.readouterr()
    assert "2 rows read: 1 movies added, 0 already there, 1 refused" in printed.out
    assert printed.err.startswith("line 1: refused: ")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("films.csv", CSV.encode("utf-8-sig")),
        ("films.json", json.dumps([{"title": "Alien"}, {"title": "1917"}]).encode()),
    ],
)
def test_the_advice_for_tables_and_arrays_works(tmp_path, name, content):
    with pytest.raises(CommandError) as raised:
        import_file(tmp_path, content, name)
    command = re.search(r"(python3 -c .+ > films\.ndjson)", str(raised.value))[1]
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    call_command("import_movies", tmp_path / "films.ndjson", verbosity=0)
    assert set(Movie.objects.values_list("title", flat=True)) == {"Alien", "1917"}


def test_the_first_signal_lets_the_batch_be_finished_and_the_import_says_what_stays(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH", 2)
    signal_in(monkeypatch, batch=2, times=1)
    with pytest.raises(SystemExit, match=r"^130$"):
        import_file(tmp_path, films(10))
    printed = capsys.readouterr()
    assert "4 rows read: 4 movies added" in printed.out
    assert "Stopping after this batch" in printed.err
    assert "the same import again adds the rest" in printed.err
    assert Movie.objects.count() == 4
    monkeypatch.undo()
    import_file(tmp_path, films(10))
    assert "6 movies added, 4 already there" in capsys.readouterr().out
    call_command("verify", verbosity=0)


def test_the_second_signal_gives_the_batch_up(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH", 2)
    signal_in(monkeypatch, batch=2, times=2)
    with pytest.raises(SystemExit, match=r"^130$"):
        import_file(tmp_path, films(10))
    assert "2 rows read: 2 movies added" in capsys.readouterr().out
    assert Movie.objects.count() == 2
    call_command("verify", verbosity=0)


def test_signals_are_what_they_were_after_an_import(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    import_file(tmp_path, FILM)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_database_that_fails_on_the_way_is_one_sentence_and_what_was_added_is_counted(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("movies.importing.batches.BATCH", 2)

    def fail():
        raise OperationalError("server closed the connection unexpectedly\n\tThis probably means …")

    call_in(monkeypatch, 3, fail)
    with pytest.raises(
        CommandError, match=r"^The database failed: server closed the connection unexpectedly\.$"
    ) as raised:
        import_file(tmp_path, films(10))
    assert raised.value.returncode == 2
    assert "4 movies were added before this, and stay." in capsys.readouterr().err


def films(count):
    return b"".join(json.dumps({"title": f"Alien {number}", "year": 1979}).encode() + b"\n" for number in range(count))


def call_in(monkeypatch, batch, call):
    """Has `call` done in that batch, whose rows have been written by then."""
    add, batches = tallies.add, iter(range(1, 100))

    def adding(differences):
        add(differences)
        if next(batches) == batch:
            call()

    monkeypatch.setattr(tallies, "add", adding)


def signal_in(monkeypatch, batch, times):
    call_in(monkeypatch, batch, lambda: [signal.raise_signal(signal.SIGINT) for _ in range(times)])
