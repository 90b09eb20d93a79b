"""Checks of this host: its folders, its way to the mail server, and the settings in force."""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection

from config.backups.covers import RESTORING
from config.doctor import Finding, ok, warning, wrong
from rest import private_files

MB = 1_000_000
LEAST, FEW = 200 * MB, 2000 * MB  # bytes that a disk has left
SHORTEST_KEY = 32  # characters
NOT_SENT = ("console", "dummy", "locmem", "filebased")  # backends that send nothing to anybody


def written_to() -> dict[str, Path]:
    """Setting → the folder that the server writes to."""
    found = {
        "VAR_DIR": Path(settings.VAR_DIR),
        "MEDIA_ROOT": Path(settings.MEDIA_ROOT),
        "COUNTER_DIR": Path(settings.COUNTER_DIR),
        "BACKUP_DIR": Path(settings.BACKUP_DIR),
    }
    if connection.vendor == "sqlite":
        found["DATABASE_URL"] = Path(connection.settings_dict["NAME"]).parent
    return found


def existing(folder: Path) -> Path:
    """The folder itself, or the nearest above it, in which it would be made."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def mail_server() -> Finding:
    if any(name in settings.EMAIL_BACKEND for name in NOT_SENT):
        return warning("Mail is not sent to anybody: EMAIL_URL names no mail server.", "Set EMAIL_URL, and PUBLIC_URL.")
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    mailer = get_connection()
    try:
        mailer.open()
        mailer.close()
    except OSError as error:  # which SMTPException is, too
        return wrong(
            f"The mail server {server} cannot be used: {error}.", "EMAIL_URL names it. No mail is lost meanwhile."
        )
    if "://localhost" in settings.PUBLIC_URL:
        return warning(f"{server} takes mail, whose links lead to {settings.PUBLIC_URL}.", "Set PUBLIC_URL.")
    return ok(f"{server} takes mail.")


def folders() -> Finding:
    """Whether the server's user may write where it has to, and nothing lies there half done."""
    closed = [
        f"{name} ({path})" for name, path in written_to().items() if not os.access(existing(path), os.W_OK | os.X_OK)
    ]
    if closed:
        return wrong(f"This user cannot write to {', '.join(closed)}.", "Give it the folder, or name another one.")
    media = Path(settings.MEDIA_ROOT)
    if media.is_dir() and any(path.name.startswith(RESTORING) for path in media.iterdir()):
        said = f"A restoration was killed before the covers were in their place: {media}/{RESTORING}…"
        return wrong(said, "Restore once more, into an empty place.")
    if not Path(settings.STATIC_ROOT).is_dir():
        return wrong("The static files of the admin and Swagger are missing.", "manage.py prepare collects them.")
    return ok(f"This user can write to {', '.join(written_to())}.")


def disk_space() -> Finding:
    """The fullest of the disks that the server writes to."""
    disks = {}
    for name, path in written_to().items():
        there = existing(path)
        free, inodes = shutil.disk_usage(there).free, os.statvfs(there)
        if inodes.f_files and not inodes.f_favail:
            return wrong(f"The disk of {name} ({path}) has no room for another file.", "Remove some.")
        disks[free] = f"{name} ({path})"
    free = min(disks)
    said = f"{free / MB:,.0f} MB are left for {disks[free]}."
    if free < LEAST:
        return wrong(said, "Make room: a full disk ends every write.")
    return warning(said, "Make room soon.") if free < FEW else ok(f"At least {said}")


def permissions() -> Finding:
    if not settings.PRIVATE_FILES:
        return ok("PRIVATE_FILES is off: the umask decides who reads the server's files.")
    looked_at, open_ones = 0, list[Path]()
    for path, mode in private_files.wanted_modes():
        looked_at += 1
        if private_files.is_open(path, mode):
            open_ones.append(path)
    if open_ones:
        said = f"Other users of this machine may read {len(open_ones):,} of {looked_at:,} files: {open_ones[0]} …"
        return wrong(said, "manage.py prepare closes them.")
    return ok(f"All {looked_at:,} files and folders are closed to others, as far as they should be.")


def settings_in_force() -> Finding:
    """What nobody wants of a server that others use."""
    unwise = [
        said
        for said, holds in {
            "DEBUG is on, so errors show the inside of the server": settings.DEBUG,
            "ALLOWED_HOSTS allows every name": "*" in settings.ALLOWED_HOSTS,
            "THROTTLING is off": not settings.THROTTLING,
            f"SECRET_KEY has fewer than {SHORTEST_KEY} characters": len(settings.SECRET_KEY) < SHORTEST_KEY,
            "PUBLIC_URL is https and TRUSTED_PROXIES 0, so nobody comes by HTTPS": (
                settings.PUBLIC_URL.startswith("https:") and not settings.TRUSTED_PROXIES
            ),
        }.items()
        if holds
    ]
    if unwise:
        return warning(f"{'; '.join(unwise)}.", "README's table says what each is for.")
    return ok("None is unwise for a server that others use.")
