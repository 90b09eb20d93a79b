"""What the server keeps is read by its own user only: folders 700, files 600, whatever umask that user has.

`begin()` sets the umask of a process before it makes anything, so that nothing is ever open for a moment, the files of
libraries (SQLite's -wal and -shm) among it. `mend()` closes what an older release has left open. Covers are what
everybody may see, and another web server's user may have to read them: their modes are MEDIA_FILE_MODE.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

FILE_MODE, FOLDER_MODE = 0o600, 0o700
OTHERS = 0o077  # what is nobody else's business
FILES_OF_DATABASE = ("", "-wal", "-shm", "-journal", "-turn")  # what SQLite and `rest.database.sqlite` put behind it
MODE = re.compile(r"6[0-7]{2}")


def begin() -> None:
    """Takes all rights of others from what this process makes from now on."""
    os.umask(OTHERS)


def as_file_mode(text: str) -> int:
    """The mode of files ("640"). Raises ValueError where it is none, or not its owner's to read and write."""
    if not MODE.fullmatch(text):
        raise ValueError(f"MEDIA_FILE_MODE={text[:20]!r} is no mode of files such as 640")
    return int(text, 8)


def folder_mode(file_mode: int) -> int:
    """The mode of folders whose files have `file_mode`: who may read these goes through and lists."""
    return file_mode | (file_mode & 0o444) >> 2


def make_folder(folder: Path, *, below: Path, mode: int) -> None:
    """Makes `folder`, which is or lies below another, with whatever is missing from that one on, all with `mode`."""
    below.parent.mkdir(parents=True, exist_ok=True)
    for part in reversed([folder, *folder.parents]):
        if part.is_relative_to(below) and not part.is_dir():
            part.mkdir(exist_ok=True)
            part.chmod(mode)


def mend() -> int:
    """Gives the modes to what is there already. Returns how many files and folders were open wider."""
    return sum(give_mode(path, mode) for path, mode in wanted_modes())


def wanted_modes() -> Iterator[tuple[Path, int]]:
    media = Path(settings.MEDIA_ROOT)
    for path, is_folder in everything_private(media):
        open_to_pass = folder_mode(settings.MEDIA_FILE_MODE) & 0o011 if media.is_relative_to(path) else 0
        yield path, FOLDER_MODE | open_to_pass if is_folder else FILE_MODE
    for path, is_folder in below(media):
        yield path, folder_mode(settings.MEDIA_FILE_MODE) if is_folder else settings.MEDIA_FILE_MODE


def everything_private(media: Path) -> Iterator[tuple[Path, bool]]:
    """VAR_DIR without the covers, and what is ours in folders elsewhere, which may hold what is not."""
    yield from below(Path(settings.VAR_DIR), leave_out=media)
    yield from below(Path(settings.GATES_DIR))
    yield from below(Path(settings.METRICS_DIR))
    for path in Path(settings.COUNTER_DIR).glob("requests-*"):
        yield path, False
    for path in Path(settings.BACKUP_DIR).glob("marquee-*.tar.gz"):
        yield path, False
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "rest.database.sqlite":
        for ending in FILES_OF_DATABASE:
            yield Path(f"{database['NAME']}{ending}"), False


def below(folder: Path, *, leave_out: Path | None = None) -> Iterator[tuple[Path, bool]]:
    """The folder and what is in it, at any depth: a path, and whether it is a folder."""
    for name, folders, files in os.walk(folder):
        here = Path(name)
        folders[:] = [each for each in folders if here / each != leave_out]
        yield here, True
        for file in files:
            yield here / file, False


def give_mode(path: Path, mode: int) -> bool:
    """Whether `path` was open wider than `mode`, which it has now."""
    with suppress(FileNotFoundError):  # a running server makes and removes files
        found = path.lstat()
        if is_ours(found):
            path.chmod(mode)
            return bool(stat.S_IMODE(found.st_mode) & ~mode)
    return False


def is_open(path: Path, mode: int) -> bool:
    """Whether `path` is open wider than `mode`, which is left as it is."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        return is_ours(found) and bool(stat.S_IMODE(found.st_mode) & ~mode)
    return False


def is_ours(found: os.stat_result) -> bool:
    """Whether its mode is ours to decide: not that of a link, of what another user has, or of what /tmp is."""
    mode = found.st_mode
    return found.st_uid == os.geteuid() and not mode & stat.S_ISVTX and not stat.S_ISLNK(mode)
