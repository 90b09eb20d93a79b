"""What the tests of backups have in common: an empty place to restore into, and archives that nobody has made."""

import io
import json
import os
import subprocess
import sys
import tarfile
from contextlib import closing
from hashlib import sha256
from uuid import uuid4

import psycopg2
from django.conf import settings
from django.db import connection

from metrics.tests.server import database_url
from movies.models import Movie


def empty_place(folder):
    """The environment of an installation that has nothing yet."""
    folder.mkdir(exist_ok=True)
    place = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder / "var"), "BACKUP_HOURS": "0"}
    if connection.vendor == "sqlite":
        return place
    name = f"restored_{uuid4().hex}"
    url = database_url(folder)
    with closing(psycopg2.connect(url)) as administration:
        administration.autocommit = True
        administration.cursor().execute(f"CREATE DATABASE {name}")
    return {**place, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}


def manage(place, *arguments, code=None):
    """A command in a process of its own, or with `code` before it."""
    setup = [
        "import django; django.setup()",
        code or "",
        "from django.core.management import execute_from_command_line",
    ]
    script = [*setup, f"execute_from_command_line({['manage.py', *map(str, arguments)]!r})"]
    return subprocess.run(
        [sys.executable, "-c", "\n".join(script)], cwd=settings.BASE_DIR,
        env={**place, "DJANGO_SETTINGS_MODULE": "config.settings"}, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def asked(place, expression):
    """What an expression is in that installation, where it is data."""
    done = manage(place, "shell", "--no-imports", "-c", f"import json; print(json.dumps({expression}))")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def give_cover(movie, content=b"cover", suffix="a"):
    """A file in MEDIA_ROOT that is the movie's cover."""
    name = f"covers/{movie.uuid}-{suffix}.jpg"
    path = settings.MEDIA_ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    Movie.objects.filter(pk=movie.pk).update(cover_image=name, cover_bytes=len(content))
    return path


def opened(path):
    """Name → content of everything in a backup."""
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}


def manifest_of(members, **changed):
    return {
        "format": 1, "marquee": "0.1.0", "taken_at": "2026-11-29T16:50:20+00:00", "host": "films",
        "database": {"vendor": connection.vendor, "version": "1", "tool": 1}, "migrations": [], "counts": {},
        "counter": None, "secret_key": "", "missing_covers": [],
        "files": {name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)} for name, content in members.items()
        },
        **changed,
    }  # fmt: skip


def written(path, members):
    """An archive of (name or TarInfo, content) in this order."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def as_json(data):
    return json.dumps(data).encode()
