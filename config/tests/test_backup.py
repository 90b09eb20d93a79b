"""`manage.py backup`: one whole file, or nothing, whatever happens meanwhile."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from config.backups import Refused, covers, folder, making, postgresql, records
from config.tests.backups import empty_place, give_cover, manage, opened
from metrics.models import Backup, CounterSource, Installation
from metrics.slots import SlotFile
from movies.models import Movie

pytestmark = pytest.mark.django_db(transaction=True)
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    settings.COUNTER_DIR = tmp_path / "counter"
    settings.COUNTER_DIR.mkdir()
    return settings.BACKUP_DIR


def back_up(*arguments):
    call_command("backup", *arguments, verbosity=0)
    return folder.whole(django_settings.BACKUP_DIR)[0]


def refused(status, *arguments):
    with pytest.raises(CommandError) as caught:
        back_up(*arguments)
    assert caught.value.returncode == status
    return str(caught.value)


def manifest(path):
    return json.loads(opened(path)["manifest.json"])


# --- What it holds ----------------------------------------------------------------------------------------------------


def test_a_backup_has_the_database_the_covers_and_a_manifest_with_digests_and_counts(movie, make_movie, alice):
    cover = give_cover(movie, b"the cover")
    make_movie("No cover")
    files = opened(back_up())
    name = f"media/{cover.relative_to(django_settings.MEDIA_ROOT)}"
    assert list(files) == [name, DATABASE[connection.vendor], "manifest.json"]
    assert files[name] == b"the cover"
    said = json.loads(files.pop("manifest.json"))
    assert set(said) == {
        "format", "marquee", "taken_at", "host", "database", "migrations", "counts", "counter", "secret_key",
        "missing_covers", "files",
    }  # fmt: skip
    digests = {name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()}
    assert said["files"] == digests
    assert said["counts"]["movies_movie"] == 2
    assert said["counts"]["accounts_user"] == 1
    assert said["counts"]["collections_app_collection"] == 0
    assert "metrics.0004_backups_asked_for_and_kept" in said["migrations"]
    assert said["database"]["vendor"] == connection.vendor
    assert said["missing_covers"] == []


def test_the_key_that_signs_is_not_in_it(alice):
    assert django_settings.SECRET_KEY.encode() not in b"".join(opened(back_up()).values())


def test_what_the_counter_has_counted_and_not_reported_is_in_it(movie):
    path = django_settings.COUNTER_DIR / f"requests-{Installation.objects.identity()}.counter"
    file = SlotFile.create(path)
    file.slots()[0] = 41
    CounterSource.objects.record(file.source, 40)
    assert manifest(back_up())["counter"] == {"source": str(file.source), "counted": 41}


def test_a_host_that_counts_nothing_says_so():
    assert manifest(back_up())["counter"] is None


def test_nobody_else_reads_it_whatever_the_umask_is(place):
    previous = os.umask(0)
    try:
        path = back_up()
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_the_name_says_the_moment():
    moment = datetime(2026, 11, 29, 16, 50, 20, 123_999, tzinfo=UTC)
    assert folder.name_at(moment) == "marquee-20261129T165020.123Z.tar.gz"
    assert folder.taken_at(Path(folder.name_at(moment))) == moment.replace(microsecond=123_000)


# --- Covers that come and go meanwhile --------------------------------------------------------------------------------


def test_a_cover_that_came_while_the_others_were_copied_is_in_it(movie, monkeypatch):
    old, new, add = give_cover(movie, b"old"), [], covers.add

    def replaced_afterwards(archive, names):
        missing = add(archive, names)
        if not new:
            new.append(give_cover(movie, b"new", "b"))
            old.unlink()
        return missing

    monkeypatch.setattr(covers, "add", replaced_afterwards)
    files = opened(back_up())
    assert files[f"media/covers/{new[0].name}"] == b"new"
    assert manifest(folder.whole(django_settings.BACKUP_DIR)[0])["missing_covers"] == []


def test_a_cover_that_is_gone_when_the_snapshot_has_begun_makes_another_snapshot(movie, monkeypatch):
    first, snapshots = give_cover(movie, b"first"), []
    real = making.turn

    @contextmanager
    def late(database):
        with real(database):
            covers.named_by_movies()  # which begins the snapshot on SQLite
            if not snapshots:
                first.unlink()
            snapshots.append(1)
            yield
        if len(snapshots) == 1:
            give_cover(movie, b"second", "b")

    monkeypatch.setattr(making, "turn", late)
    add = covers.add
    monkeypatch.setattr(covers, "add", lambda archive, names: add(archive, names) if snapshots else set())
    files = opened(back_up())
    assert len(snapshots) == 2
    assert [content for name, content in files.items() if name.startswith("media/")] == [b"second"]


def test_a_cover_that_was_missing_before_is_said_and_is_status_1(movie, capsys):
    give_cover(movie).unlink()
    with pytest.raises(SystemExit) as ended:
        back_up()
    assert ended.value.code == 1
    [path] = folder.whole(django_settings.BACKUP_DIR)
    assert manifest(path)["missing_covers"] == [f"covers/{movie.uuid}-a.jpg"]
    assert "Covers that movies name and MEDIA_ROOT does not have: 1 " in capsys.readouterr().err


def test_a_name_that_leads_out_of_the_folder_is_not_followed(movie, tmp_path):
    (tmp_path / "secret").write_text("secret")
    Movie.objects.filter(pk=movie.pk).update(cover_image="../secret")
    with pytest.raises(SystemExit):
        back_up()
    assert b"secret" not in opened(folder.whole(django_settings.BACKUP_DIR)[0]).values()


# --- Those that are kept ----------------------------------------------------------------------------------------------


def test_the_newest_are_kept_and_no_file_of_another_name_is_removed(place, settings):
    settings.BACKUP_KEEP = 2
    place.mkdir()
    others = ["marquee-old.tar.gz", "holiday.jpg", "marquee-20200101T000000.000Z.tar.gz.part"]
    for name in others:
        (place / name).write_text("")
    made = [back_up() for _ in range(3)]
    assert folder.whole(place) == [made[2], made[1]]
    assert all((place / name).exists() for name in others)
    assert [row.path for row in Backup.objects.kept()] == [str(made[2]), str(made[1])]


def test_what_people_moved_away_or_put_there_is_known_after_the_next(place, settings):
    first = back_up()
    first.rename(place / "marquee-20200101T000000.000Z.tar.gz")
    second = back_up()
    assert [row.path for row in Backup.objects.kept()] == [
        str(second), str(place / "marquee-20200101T000000.000Z.tar.gz"),
    ]  # fmt: skip


def test_one_that_fails_leaves_the_old_ones_and_nothing_of_itself(place, settings, monkeypatch):
    settings.BACKUP_KEEP = 1
    kept = back_up()

    def damaged(target):
        raise Refused("The database is damaged.")

    monkeypatch.setattr(making.current(), "check_dump", damaged)
    assert refused(2) == "There is no new backup. The database is damaged."
    assert sorted(path.name for path in place.iterdir()) == [".place", kept.name]
    row = Backup.objects.in_state(Backup.State.FAILED).get()
    assert (row.problem, row.ended_at is not None) == ("The database is damaged.", True)


def test_a_full_disk_is_said_before_anything_is_written(place, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    assert "has 0 MB left, and a backup may take " in refused(2)
    assert [path.name for path in place.iterdir()] == [".place"]


def test_two_at_once_are_refused_and_the_worker_leaves_it_to_the_other(place):
    with folder.alone(place):
        assert refused(2) == f"Another backup is being made in {place}."
        call_command("backup", "--if-due", verbosity=0)
    assert folder.whole(place) == []
    assert not Backup.objects.exists()


def test_the_next_one_removes_what_a_killed_one_has_left(place):
    left = place / f"{folder.UNFINISHED}x"
    left.mkdir(parents=True)
    (left / "backup.tar.gz").write_text("half")
    back_up()
    assert not left.exists()


def test_the_row_of_a_killed_one_is_a_failure_when_the_next_begins(place):
    with folder.alone(place) as name:
        records.begin(name, only_asked=False)
    back_up()
    assert [row.state for row in Backup.objects.order_by("id")] == ["failed", "kept"]


@pytest.fixture
def interruptible():
    """A shell that starts the suite in the background has it ignore SIGINT, and with it all that runs inside."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(place, monkeypatch, number, interruptible):
    monkeypatch.setattr(making.current(), "check_dump", lambda target: os.kill(os.getpid(), number))
    assert refused(130) == "Interrupted; there is no new backup."
    assert [path.name for path in place.iterdir()] == [".place"]
    assert Backup.objects.get().problem == "It was interrupted."
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_folder_keeps_its_random_name(place):
    with folder.alone(place) as first:
        assert isinstance(first, UUID)
    with folder.alone(place) as second:
        assert second == first == folder.place_of(place)


@pytest.mark.own_database
def test_kill_9_in_the_middle_leaves_no_file_that_looks_whole(tmp_path):
    place = empty_place(tmp_path / "killed")
    assert manage(place, "prepare").returncode == 0
    backups = tmp_path / "killed" / "var" / "backups"
    command = [sys.executable, "manage.py", "backup"]
    for _ in range(10):  # it may have been whole before the signal came
        process = subprocess.Popen(
            command, cwd=django_settings.BASE_DIR, env=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and not any(backups.glob(".unfinished-*/*")):
            time.sleep(0.002)
        process.kill()
        process.wait()
        if any(backups.glob(".unfinished-*")):
            break
    assert any(backups.glob(".unfinished-*"))
    whole = {path.name for path in backups.glob("marquee-*")}
    for path in backups.glob("marquee-*"):
        assert "manifest.json" in opened(path)
    done = manage(place, "backup")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in backups.iterdir()} - whole == {
        ".place",
        done.stdout.partition(":")[0].rpartition("/")[2],
    }


# --- PostgreSQL's programs --------------------------------------------------------------------------------------------


def test_a_password_is_not_among_the_arguments():
    database = {
        "NAME": "films", "USER": "rosa", "PASSWORD": "secret", "HOST": "db", "PORT": 5433,
        "OPTIONS": {"sslmode": "require", "connect_timeout": 5, "options": "-c search_path=films"},
    }  # fmt: skip
    arguments, environment = postgresql.connection_of(database)
    assert arguments == ["-U", "rosa", "-h", "db", "-p", "5433", "--dbname=films"]
    assert environment == {
        "PGPASSWORD": "secret", "PGSSLMODE": "require", "PGCONNECT_TIMEOUT": "5", "PGOPTIONS": "-c search_path=films",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("here", "said"), [({}, "there is none here"), ({"/a/pg_dump": 13, "/b/pg_dump": 14}, "the newest here is 14")]
)
def test_a_program_that_is_missing_or_too_old_is_named(monkeypatch, here, said):
    monkeypatch.setattr(postgresql, "INSTALLED", [])
    monkeypatch.setattr(shutil, "which", lambda name: max(here, default=None))
    monkeypatch.setattr(postgresql, "version_of", lambda path: here[path])
    with pytest.raises(Refused, match=f"PostgreSQL's pg_dump 15 or newer is needed, and {said}: install .*client-15"):
        postgresql.tool("pg_dump", 15)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_what_pg_dump_says_is_said(monkeypatch):
    with pytest.raises(
        Refused, match=r"^pg_dump failed: .*unrecognized option '--nonsense'|^pg_dump failed: .*more info"
    ):
        postgresql.run(postgresql.tool("pg_dump")[1], ["--nonsense"])
