"""The covers of a backup: those that movies name. What else lies in MEDIA_ROOT is nobody's."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from config.backups import Refused
from config.backups.archive import COVER, MEDIA, Writer
from config.backups.folder import write_through
from movies.models import Movie
from rest.private_files import folder_mode, make_folder

RESTORING = ".restoring-"  # how the folders of what is not in its place yet begin


def named_by_movies() -> set[str]:
    """As the database says it: "covers/….jpg"."""
    return set(Movie.objects.exclude(cover_image="").values_list("cover_image", flat=True))


def size() -> int:
    """Bytes."""
    total: int = Movie.objects.aggregate(bytes=Sum("cover_bytes", default=0))["bytes"]
    return total


def add(archive: Writer, names: Iterable[str]) -> set[str]:
    """Adds those that are not in the archive yet; the names that lead to no file, or to none that a cover can have."""
    missing = set()
    for name in sorted(names):
        member = f"{MEDIA}{name}"
        if member in archive.facts:
            continue
        if not COVER.fullmatch(member):
            missing.add(name)
            continue
        try:
            archive.add(member, Path(settings.MEDIA_ROOT) / name)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            missing.add(name)
    return missing


# --- Putting them back -----------------------------------------------------------------------------------------------


def objection() -> str:
    """Why none can be put here; nothing where there are no covers."""
    media = Path(settings.MEDIA_ROOT)
    if not media.is_dir() or all(path.name.startswith(RESTORING) for path in media.iterdir()):
        return ""
    return f"There are files in {media} already. Move them away, or name another folder in MEDIA_ROOT."


def clear_leftovers(folder: Path) -> None:
    """Removes what a restoration that was killed has left."""
    for path in folder.glob(f"{RESTORING}*"):
        shutil.rmtree(path)


def make_place(folder: Path) -> None:
    media = Path(settings.MEDIA_ROOT)
    make_folder(folder, below=media, mode=folder_mode(settings.MEDIA_FILE_MODE))


def put_in_place(unpacked: Path) -> list[Path]:
    """Moves all that is in `unpacked`, a folder in MEDIA_ROOT, there: what there is now."""
    media, put = Path(settings.MEDIA_ROOT), list[Path]()
    for path in sorted(unpacked.iterdir()):
        target = media / path.name
        if target.exists():
            raise Refused(f"Somebody has put {target} there meanwhile.")
        os.rename(path, target)
        put.append(target)
    write_through(media)
    return put


def remove(put: Iterable[Path]) -> None:
    for path in put:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
