"""`manage.py doctor`: each check finds what is wrong, changes nothing, and none holds up the others."""

import json
import os
import shutil
import socket
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.tests.mailserver import MailServer
from config.backups import folder
from config.doctor import Finding, Verdict, database, examination, host
from config.doctor.examination import Check, Report, examine, limited, verdict_of
from config.tests.backups import empty_place, manage
from metrics.models import Backup, CounterSource, Heartbeat, Installation, ThrottleWindow
from metrics.slots import SlotFile
from movies.models import Movie, MovieStats

OK, WARNING, WRONG, UNKNOWN = Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.BACKUP_DIR, settings.COUNTER_DIR, settings.MEDIA_ROOT = tmp_path / "b", tmp_path, tmp_path / "m"
    settings.BACKUP_HOURS = 24
    Heartbeat.objects.beat("mail")
    return tmp_path


def says(finding, verdict, *texts):
    assert finding.verdict == verdict, finding
    for text in texts:
        assert text in f"{finding.said} {finding.remedy}"
    return True


# --- The database ---------------------------------------------------------------------------------------------------


def test_a_database_that_answers_is_named():
    assert says(database.reachable(), OK, connection.display_name, str(connection.settings_dict["NAME"]))


def test_a_database_that_does_not_answer_is_said_so(monkeypatch):
    def refuse():
        raise OperationalError("Connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert says(database.reachable(), WRONG, "Connection refused.", "DATABASE_URL")


def test_missing_and_newer_migrations(monkeypatch):
    assert says(database.migrations(), OK)
    monkeypatch.setattr(database, "applied_migrations", lambda: ["movies.9999_the_future"])
    assert says(database.migrations(), WARNING, "movies.9999_the_future")
    monkeypatch.setattr(database, "missing_migrations", lambda: ["movies.0099_next"])
    assert says(database.migrations(), WRONG, "movies.0099_next", "manage.py prepare")


def test_a_missing_function():
    assert says(database.functions(), OK)
    if connection.vendor == "postgresql":
        function = database.FUNCTIONS[0].name
        with connection.cursor() as cursor:
            cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname = %s", [function])
            cursor.execute(f"DROP FUNCTION {cursor.fetchone()[0]}")
        assert says(database.functions(), WRONG, "1 of ", "manage.py prepare")


def test_writing_leaves_nothing():
    assert says(database.writing(), OK)
    assert not ThrottleWindow.objects.exists()


def test_counts_that_differ_are_found_in_the_sample_and_left_as_they_are(movie):
    assert says(database.tallies(), OK, "1 movies")
    MovieStats.objects.filter(pk=movie.pk).update(likes_count=7)
    assert says(database.tallies(), WRONG, "likes_count is 7, should be 0", "verify --fix")
    assert MovieStats.objects.get(pk=movie.pk).likes_count == 7


def test_no_movies_are_nothing_wrong():
    assert says(database.tallies(), OK, "no movies")


def test_a_clock_that_went_back(alice, monkeypatch):
    assert says(database.clock(), OK)
    later = timezone.now() + timedelta(seconds=10)
    if connection.vendor == "sqlite":
        monkeypatch.setattr(database, "latest_moment", lambda: later)
        assert says(database.clock(), WARNING)
        alice.user.date_joined = timezone.now() + timedelta(hours=1)
        alice.user.save()
        monkeypatch.undo()
        assert says(database.clock(), WRONG, "NTP")
    else:
        real = timezone.now
        monkeypatch.setattr(database.timezone, "now", lambda: real() - timedelta(hours=1))
        assert says(database.clock(), WRONG, "3600")


def test_the_counter(place):
    assert says(database.counter(), OK, "no requests")
    file = SlotFile.create(place / f"requests-{Installation.objects.identity()}.counter")
    file.slots()[0] = 5
    CounterSource.objects.record(file.source, 3)
    assert says(database.counter(), OK, "5 requests, of which 2")
    CounterSource.objects.record(file.source, 9)
    assert says(database.counter(), WRONG, "an old copy")
    os.truncate(file.path, 10)
    assert says(database.counter(), WRONG, "no whole counter file")


def mail(status, ago):
    moment = timezone.now() - ago
    return Email.objects.create(from_email="a@example.com", to=["b@example.com"], status=status, scheduled_time=moment)


def test_mail_that_nobody_sends():
    assert says(database.worker(), OK)
    mail(STATUS.requeued, timedelta(hours=-1))  # due later
    mail(STATUS.sent, timedelta(hours=5))
    assert says(database.worker(), OK)
    assert says(database.outbox(), OK, "1 mails wait")
    mail(STATUS.queued, timedelta(hours=2))
    assert says(database.worker(), WRONG, "120 minutes", "send_mail")


def test_a_worker_that_has_not_been_seen():
    assert says(database.worker(), OK, socket.gethostname())
    Heartbeat.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert says(database.worker(), WRONG, "No worker has been seen", "send_mail")


def test_covers_that_another_host_keeps(settings):
    assert says(database.covers(), OK, "0 latest")
    movie = Movie.objects.create(title="Alien", cover_image="covers/alien.jpg")
    assert says(database.covers(), WRONG, "1 are not in MEDIA_ROOT: covers/alien.jpg")
    (settings.MEDIA_ROOT / "covers").mkdir(parents=True)
    (settings.MEDIA_ROOT / movie.cover_image.name).write_bytes(b"JPEG")
    assert says(database.covers(), OK, "1 latest")


def test_mail_that_was_given_up():
    mail(STATUS.failed, timedelta(hours=2))
    assert says(database.outbox(), WARNING, "1 were given up")


def test_a_backup_that_nobody_begins():
    Backup.objects.create(asked_at=timezone.now() - timedelta(hours=1))
    assert says(database.worker(), WRONG, "asked for")


# --- The last backup ------------------------------------------------------------------------------------------------


def kept(settings, hours):
    settings.BACKUP_DIR.mkdir(exist_ok=True)
    (settings.BACKUP_DIR / folder.name_at(timezone.now() - timedelta(hours=hours))).write_text("")


def test_no_backup_is_wrong_unless_the_installation_is_young(settings, alice):
    assert says(database.last_backup(), WARNING, "There is no backup.")
    alice.user.date_joined = timezone.now() - timedelta(days=3)
    alice.user.save()
    assert says(database.last_backup(), WRONG, "make backup")
    settings.BACKUP_HOURS = 0
    assert says(database.last_backup(), WRONG, "BACKUP_HOURS")


@pytest.mark.parametrize(
    ("hours", "every", "verdict"),
    [(3, 24, OK), (24.5, 24, OK), (26, 24, WRONG), (3, 1, WRONG), (3, 0, OK), (72, 0, WARNING)],
)
def test_the_age_of_the_last_one(settings, hours, every, verdict):
    settings.BACKUP_HOURS = every
    kept(settings, hours)
    kept(settings, 1000)
    assert says(database.last_backup(), verdict, f"{hours:.1f} hours old")


def test_another_host_s_backup_counts(settings):
    Backup.objects.create(state="kept", taken_at=timezone.now() - timedelta(hours=2), path="/b/x", host="films")
    assert says(database.last_backup(), OK, "2.0 hours old: /b/x on films")


def test_a_failure_since_is_said(settings):
    kept(settings, 2)
    Backup.objects.create(state="failed", ended_at=timezone.now(), problem="The disk is full.")
    assert says(database.last_backup(), WARNING, "The disk is full.")


# --- This host ------------------------------------------------------------------------------------------------------


def test_mail_that_goes_nowhere(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert says(host.mail_server(), WARNING, "EMAIL_URL")


def test_a_mail_server_that_does_not_answer(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and listens to nobody
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        assert says(host.mail_server(), WRONG, "Connection refused", "EMAIL_URL")


def test_a_mail_server_that_takes_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.PUBLIC_URL = "https://films.example.com"
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        assert says(host.mail_server(), OK)
        settings.PUBLIC_URL = "http://localhost:8000"
        assert says(host.mail_server(), WARNING, "PUBLIC_URL")


def test_folders_that_cannot_be_written_to(settings, place, monkeypatch):
    assert says(host.folders(), OK)
    monkeypatch.setattr(host.os, "access", lambda path, mode: path != place)
    assert says(host.folders(), WRONG, "BACKUP_DIR", "COUNTER_DIR")


def test_a_restoration_that_was_killed(settings, place):
    (settings.MEDIA_ROOT / ".restoring-x").mkdir(parents=True)
    assert says(host.folders(), WRONG, "Restore once more")


def test_static_files_that_were_not_collected(settings, place):
    settings.STATIC_ROOT = place / "nothing"
    assert says(host.folders(), WRONG, "prepare")


@pytest.mark.parametrize(("free", "verdict"), [(100, WRONG), (1000, WARNING), (10_000, OK)])
def test_disk_space(monkeypatch, free, verdict):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(host.shutil, "disk_usage", lambda path: usage._replace(free=free * 1_000_000))
    assert says(host.disk_space(), verdict, f"{free:,} MB")


def test_files_that_others_may_read(settings, place, monkeypatch):
    settings.VAR_DIR, settings.GATES_DIR = place, place / "gates"
    for path in (place, place / "secret"):
        path.mkdir(exist_ok=True)
        path.chmod(0o700)
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "postgresql")  # the test's own file is left out
    assert says(host.permissions(), OK)
    (place / "secret").chmod(0o755)
    assert says(host.permissions(), WRONG, "1 of ", "secret", "prepare")
    assert (place / "secret").stat().st_mode & 0o777 == 0o755
    settings.PRIVATE_FILES = False
    assert says(host.permissions(), OK, "PRIVATE_FILES")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", True),
        ("ALLOWED_HOSTS", ["*"]),
        ("THROTTLING", False),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "https://x"),
    ],
)
def test_settings_that_nobody_wants(settings, name, value):
    settings.THROTTLING = True
    assert says(host.settings_in_force(), OK)
    setattr(settings, name, value)
    assert says(host.settings_in_force(), WARNING, name)


# --- The examination ------------------------------------------------------------------------------------------------


def test_a_check_that_hangs_is_left_behind():
    never = threading.Event()
    finding = limited(Check("x", lambda: never.wait() and None), 0.05)
    assert finding == Finding(UNKNOWN, "It took longer than 0.05 seconds.")
    assert limited(Check("x", lambda: never.wait() and None, when_late=WRONG), 0.05).verdict == WRONG
    never.set()


def test_a_check_that_fails_is_said_and_the_others_go_on(monkeypatch):
    def fail():
        raise RuntimeError("broken")

    def failing_database():
        raise OperationalError("gone away")

    checks = [
        Check("a", fail, needs_database=False),
        Check("b", failing_database),
        Check("c", lambda: Finding(OK, "Fine.")),
    ]
    monkeypatch.setattr(examination, "CHECKS", checks)
    reports = list(examine())
    assert [report.verdict for report in reports] == ["unknown", "wrong", "ok"]
    assert "RuntimeError: broken" in reports[0].said
    assert "gone away" in reports[1].said


def test_what_needs_a_database_is_not_tried_without_one(monkeypatch):
    def refuse():
        return Finding(WRONG, "No.")

    monkeypatch.setattr(database, "reachable", refuse)
    asked = []
    checks = [Check("database", refuse, needs_database=False), Check("x", lambda: asked.append(1))]
    monkeypatch.setattr(examination, "CHECKS", checks)
    assert [report.verdict for report in examine()] == ["wrong", "unknown"]
    assert asked == []


@pytest.mark.parametrize(
    ("found", "verdict"),
    [("ok ok", OK), ("ok warning", WARNING), ("warning unknown", UNKNOWN), ("wrong unknown ok", WRONG)],
)
def test_the_worst_decides(found, verdict):
    assert verdict_of([Report("x", each, "", "", 0) for each in found.split()]) == verdict


# --- The command ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_installation_from_nothing_to_all_well(tmp_path):
    """Exit statuses, and that the command leaves no trace: an empty place stays empty."""
    place = {**empty_place(tmp_path / "new"), "DEMO": "off"}
    empty = manage(place, "doctor", "--json")
    found = {check["name"]: check["verdict"] for check in json.loads(empty.stdout)["checks"]}
    assert (empty.returncode, found["migrations"], json.loads(empty.stdout)["verdict"]) == (1, "wrong", "wrong")
    assert manage(place, "prepare").returncode == 0
    assert manage(place, "backup").returncode == 0
    assert "No worker has been seen" in manage(place, "doctor").stdout
    alive = "from metrics.models import Heartbeat; Heartbeat.objects.beat('mail')"
    assert manage(place, "shell", "-c", alive).returncode == 0
    well = manage(place, "doctor")
    assert well.returncode == 0, well.stdout
    assert "16 checks: 15 ok, 1 warning." in well.stdout
    said = json.loads(manage(place, "doctor", "--json").stdout)
    assert set(said) == {"verdict", "checks"}
    assert said["verdict"] == "warning"
    assert {frozenset(check) for check in said["checks"]} == {
        frozenset(("name", "verdict", "said", "remedy", "seconds"))
    }


@pytest.mark.own_database
def test_a_database_that_is_not_there_is_status_1(tmp_path):
    place = {**empty_place(tmp_path / "new"), "DATABASE_URL": "postgres://nobody@127.0.0.1:1/films"}
    done = manage(place, "doctor")
    assert done.returncode == 1
    assert "WRONG    database     The database films cannot be used: " in done.stdout
    assert "The database cannot be asked." in done.stdout
    assert done.stderr == ""
