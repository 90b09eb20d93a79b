"""The disk that SQLite writes to is full, or read-only: what clients are told, and that nothing is half-written."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from drills.client import Answer, Client
from drills.drill import Drill, Outcome
from drills.faults_database import WITHOUT_REFUSALS
from drills.server import Server, wait_until
from drills.writers import MOVIES, UNLIMITED

DISK_MEGABYTES = 64
TRIED = 200  # writes on a full disk
MOVIE = f"{MOVIES}1/"


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(
            f"{' '.join(command)}: {done.stderr.strip()} This drill needs root, or `unshare -rm make drills`."
        )


@contextmanager
def on_small_disk(server: Server) -> Iterator[Path]:
    """The server's files are on a disk of their own for the block, which is in memory; it is started anew."""
    server.stop()
    disk = server.folder / "disk"
    disk.mkdir(mode=0o700)
    run("mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=700", "marquee-drill", str(disk))
    try:
        for path in server.folder.iterdir():
            if path not in (disk, server.log, server.folder / "code"):
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, disk / path.name)
        server.environment |= {"DATABASE_URL": f"sqlite:///{disk}/marquee.sqlite3", "COUNTER_DIR": str(disk)}
        server.environment["MEDIA_ROOT"] = str(disk / "media")
        server.restart()
        yield disk
    finally:
        server.stop()
        run("umount", str(disk))


def fill(disk: Path) -> Path:
    """A file that takes the rest of the disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


def told(answers: list[Answer]) -> str:
    statuses = Counter(answer.status for answer in answers)
    return ", ".join(f"{number} × {status or 'no answer'}" for status, number in sorted(statuses.items()))


def are_clear(answers: list[Answer], *statuses: int) -> bool:
    """Whether each was done, or refused by one of these statuses with `Retry-After`."""
    return all(
        answer.status < 400 or (answer.status in statuses and "Retry-After" in answer.headers) for answer in answers
    )


def is_ready(server: Server) -> bool:
    return Client(server).get("/readyz").status == HTTPStatus.OK


def full(server: Server) -> Outcome:
    with on_small_disk(server) as disk:
        client = Client(server).register()
        filler = fill(disk)
        tried = [client.post(MOVIES, title=f"A film {n}", description="x" * 5000) for n in range(TRIED)]
        reads = [Client(server).get(MOVIE) for _ in range(20)]
        ready = Client(server).get("/readyz")
        filler.unlink()
        wait_until(lambda: is_ready(server), "the server is well again", seconds=120)
        after = client.post(MOVIES, title="A film afterwards")
        there = Client(server).get(f"{MOVIES}?page_size=1").data["count"] - 240
        verified = server.manage("verify").stdout.strip().splitlines()[-1]
    done = sum(answer.status == HTTPStatus.CREATED for answer in (*tried, after))
    refused = [answer for answer in tried if answer.status >= 400 or not answer.status]
    figure = (
        f"{TRIED} writes: {told(tried)}; reads: {told(reads)}; /readyz {ready.status} naming "
        f"{ready.data.get('failed')}; afterwards {after.status}, {there} movies for {done} acknowledged; {verified}"
    )
    holds = (
        bool(refused)
        and are_clear(tried, HTTPStatus.INSUFFICIENT_STORAGE, HTTPStatus.SERVICE_UNAVAILABLE)
        and are_clear(reads)
        and ready.status == HTTPStatus.SERVICE_UNAVAILABLE
        and (after.status, there) == (HTTPStatus.CREATED, done)
        and " 0 differences" in verified
    )
    return Outcome(figure, holds)


def read_only(server: Server) -> Outcome:
    with on_small_disk(server) as disk:
        client = Client(server).register()
        server.stop()
        run("mount", "-o", "remount,ro", str(disk))
        server.start()
        wait_until(lambda: Client(server).get("/livez").status == HTTPStatus.OK, "the server starts")
        tried = [client.post(MOVIES, title=f"A film {n}") for n in range(20)]
        ready = Client(server).get("/readyz")
        run("mount", "-o", "remount,rw", str(disk))
        wait_until(lambda: is_ready(server), "the server is well again", seconds=120)
        after = client.post(MOVIES, title="A film afterwards")
        verified = server.manage("verify").stdout.strip().splitlines()[-1]
    figure = (
        f"writes: {told(tried)}; /readyz {ready.status} naming {ready.data.get('failed')}; "
        f"afterwards {after.status}; {verified}"
    )
    holds = (
        all(answer.status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers for answer in tried)
        and ready.status == HTTPStatus.SERVICE_UNAVAILABLE
        and after.status == HTTPStatus.CREATED
        and " 0 differences" in verified
    )
    return Outcome(figure, holds)


DRILLS = [
    Drill(
        "disk.full",
        "On a full disk writes are refused with 507 or 503, reads go on, and nothing is half-written.",
        full,
        env=UNLIMITED,
        without=(WITHOUT_REFUSALS,),
        databases=("sqlite",),
    ),
    Drill(
        "disk.read-only",
        "On a read-only disk writes are refused with 503, and all is well as soon as it is writable.",
        read_only,
        env=UNLIMITED,
        without=(WITHOUT_REFUSALS,),
        databases=("sqlite",),
    ),
]
