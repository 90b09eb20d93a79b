"""Checks of the database, and of what is kept in it."""

import random
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Max, Min
from django.db.models.functions import Coalesce
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import User
from config.backups import folder
from config.backups.manifest import applied_migrations, unknown_migrations
from config.doctor import Finding, ok, warning, wrong
from metrics.models import Backup, CounterSource, Heartbeat, Installation, ThrottleWindow
from metrics.slots import DamagedFile, peek
from movies import verification
from movies.models import Movie
from rest.database.commands import sentence
from rest.database.migrations import missing_migrations
from rest.database.snapshot import snapshot
from rest.database.statements import FUNCTIONS

COVERS = 200
SAMPLES, SAMPLE = 10, 30  # places in the catalogue, and movies from each on
CLOCK_WARNING, CLOCK_WRONG = timedelta(seconds=5), timedelta(seconds=60)  # tokens allow for a minute
MAIL_LATE = timedelta(minutes=15)
BACKUP_LATE = timedelta(hours=1)  # that a scheduled backup may take, with what comes between


def reachable() -> Finding:
    name = connection.settings_dict["NAME"]
    begun = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            version = ".".join(map(str, connection.get_database_version()))
    except Exception as error:
        return wrong(f"The database {name} cannot be used: {sentence(error)}", "DATABASE_URL names it.")
    spent = 1000 * (time.monotonic() - begun)
    return ok(f"{connection.display_name} {version}, {name}, answered in {spent:.0f} ms.")


def migrations() -> Finding:
    if missing := missing_migrations():
        said = f"{len(missing)} migrations of this version are missing: {', '.join(missing[:3])} …"
        return wrong(said, "manage.py prepare applies them.")
    applied = applied_migrations()
    if unknown := unknown_migrations(applied):
        said = f"The database has {len(unknown)} migrations of a newer version: {', '.join(unknown[:3])} …"
        return warning(said, "Nothing, during an upgrade. Else run the newer version.")
    return ok(f"All {len(applied)} are applied.")


def functions() -> Finding:
    if connection.vendor != "postgresql":
        return ok("SQLite needs none.")
    wanted = {function.name for function in FUNCTIONS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace")
        missing = wanted - {name for (name,) in cursor.fetchall()}
    if missing:
        return wrong(f"{len(missing)} of {len(wanted)} planned functions are missing.", "manage.py prepare makes them.")
    return ok(f"All {len(wanted)} planned functions are there.")


def writing() -> Finding:
    """In a transaction that is undone."""
    begun = time.monotonic()
    with transaction.atomic():
        ThrottleWindow.objects.create(key="doctor", expires_at=timezone.now())
        transaction.set_rollback(True)
    return ok(f"A row could be written, and was taken back, in {1000 * (time.monotonic() - begun):.0f} ms.")


def tallies() -> Finding:
    """Recomputes what is kept about some of the movies, from several places in the catalogue."""
    ends = Movie.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return ok("There are no movies.")
    ids: set[int] = set()
    for _ in range(SAMPLES):
        begin = random.randint(ends["first"], ends["last"])  # noqa: S311  # a sample, no secret
        ids |= set(Movie.objects.filter(pk__gte=begin).order_by("pk").values_list("pk", flat=True)[:SAMPLE])
    with snapshot():
        found = list(verification.movies(sorted(ids)))
    if found:
        said = f"Of {len(ids)} movies {len(found)} things differ from what they are counted from: {found[0]} …"
        return wrong(said, "manage.py verify --fix mends it.")
    return ok(f"{len(ids)} movies, taken at random, have the counts and words that they should have.")


def clock() -> Finding:
    """This host's, beside the database's; on SQLite beside what was written last."""
    if connection.vendor == "postgresql":
        before = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
        off, what = abs(theirs - before - (timezone.now() - before) / 2), "the database server's"
    else:
        latest = latest_moment()
        off, what = max(timedelta(0), latest - timezone.now()), "the latest row's time"
    said = f"The clock of this host is {off.total_seconds():.1f} s off {what}."
    if off > CLOCK_WRONG:
        return wrong(said, "Set both by NTP: tokens and links in mails end by the clock.")
    return warning(said, "Set both by NTP.") if off > CLOCK_WARNING else ok(said)


def latest_moment() -> datetime:
    """Of what is written when the clock says it."""
    moments = [
        User.objects.aggregate(at=Max("date_joined"))["at"],
        CounterSource.objects.aggregate(at=Max("updated_at"))["at"],
        Movie.objects.order_by("-pk").values_list("created_at", flat=True).first(),
    ]
    return max((moment for moment in moments if moment), default=timezone.now())


def counter() -> Finding:
    """Reads the counter's file, which a server must not do: see metrics.slots.peek."""
    identity = Installation.objects.values_list("identity", flat=True).first()
    path = Path(settings.COUNTER_DIR) / f"requests-{identity}.counter"
    try:
        source, counted = peek(path)
    except FileNotFoundError:
        return ok("This host has counted no requests of this installation yet.")
    except (DamagedFile, OSError) as error:
        return wrong(
            f"The counter's file cannot be read: {error}.", "The server begins a new one and says so in its log."
        )
    reported = CounterSource.objects.reported(source)
    if counted < reported:
        return wrong(
            f"{path} says {counted:,} requests, and has reported {reported:,}: it is an old copy.",
            "Restart the server, which begins a new one.",
        )
    return ok(f"This host has counted {counted:,} requests, of which {counted - reported:,} are to be reported.")


def outbox() -> Finding:
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued])
    failed = Email.objects.filter(status=STATUS.failed).count()
    said = f"{waiting.count():,} mails wait"
    if failed:
        return warning(f"{said}, and {failed:,} were given up.", "The admin's list of mails says why.")
    return ok(f"{said}, and none was given up.")


def worker() -> Finding:
    """Whether a worker has been seen, and does what is due."""
    if not Heartbeat.objects.alive("mail").exists():
        return wrong(
            "No worker has been seen in the last minute: no mail goes out, and no backup is made.",
            "`make run` starts one, or manage.py send_mail beside the server. Its log says why it ended.",
        )
    due = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued]).exclude(scheduled_time__gt=timezone.now())
    oldest = due.aggregate(at=Min(Coalesce("scheduled_time", "created")))["at"]
    if oldest is not None and timezone.now() - oldest > MAIL_LATE:
        minutes = (timezone.now() - oldest).total_seconds() / 60
        return wrong(
            f"A mail that was due {minutes:,.0f} minutes ago has not been tried.",
            "Is the worker alive (manage.py send_mail, beside the server), and does it reach the mail server?",
        )
    asked = Backup.objects.in_state(Backup.State.ASKED).first()
    if asked is not None and timezone.now() - asked.asked_at > MAIL_LATE:
        return wrong("Nobody has begun the backup that was asked for.", "Is the worker alive (manage.py send_mail)?")
    hosts = ", ".join(sorted(Heartbeat.objects.alive("mail").values_list("host", flat=True)))
    return ok(f"It was seen in the last minute ({hosts}), and no mail that is due has waited for long.")


def covers() -> Finding:
    """Whether the files of the latest covers are here: several hosts need one MEDIA_ROOT."""
    names = list(Movie.objects.exclude(cover_image="").order_by("-pk").values_list("cover_image", flat=True)[:COVERS])
    missing = [name for name in names if not default_storage.exists(name)]
    if missing:
        said = f"Of the {len(names)} latest covers {len(missing)} are not in MEDIA_ROOT: {missing[0]} …"
        return wrong(
            said, "Several hosts need one MEDIA_ROOT, on a disk that each mounts; a backup has the covers, too."
        )
    return ok(f"The files of the {len(names)} latest covers are in MEDIA_ROOT.")


def last_backup() -> Finding:
    """The newest whole file in BACKUP_DIR, or what another host has told."""
    where = Path(settings.BACKUP_DIR)
    newest = next(iter(folder.whole(where)), None)
    place = folder.place_of(where)
    elsewhere = Backup.objects.kept().exclude(place=place).first() if place else Backup.objects.kept().first()
    told = [(folder.taken_at(newest), str(newest))] if newest else []
    if elsewhere is not None and elsewhere.taken_at is not None:
        told.append((elsewhere.taken_at, f"{elsewhere.path} on {elsewhere.host}"))
    if not told:
        said = "There is no backup."
        return (
            warning(said, "The worker makes the first one soon; make backup makes one now.")
            if settings.BACKUP_HOURS and is_young()
            else wrong(said, "make backup makes one; BACKUP_HOURS lets the worker make them.")
        )
    moment, path = max(told)
    hours = (timezone.now() - moment).total_seconds() / 3600
    said = f"The last one is {hours:,.1f} hours old: {path}."
    failed = Backup.objects.in_state(Backup.State.FAILED).filter(ended_at__gt=moment).first()
    because = f" The last attempt failed: {failed.problem}" if failed else ""
    if settings.BACKUP_HOURS and timezone.now() - moment > timedelta(hours=settings.BACKUP_HOURS) + BACKUP_LATE:
        return wrong(f"{said}{because}", "Is the worker alive (manage.py send_mail)? make backup makes one now.")
    if failed:
        return warning(f"{said}{because}", "make backup tries it again.")
    if not settings.BACKUP_HOURS:
        return warning(said, "BACKUP_HOURS is 0, so somebody else has to make them.") if hours > 48 else ok(said)
    return ok(said)


def is_young() -> bool:
    """Whether the installation is younger than a backup would be."""
    first = User.objects.aggregate(at=Min("date_joined"))["at"]
    return first is None or timezone.now() - first < timedelta(hours=settings.BACKUP_HOURS)
