"""Backups that are made while everybody writes."""

import io
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from drills.client import Client
from drills.drill import Drill, Outcome
from drills.server import Server, new_database
from drills.writers import UNLIMITED

WRITERS = 8
FILMS = 200  # of the demo catalogue, which they rate
RATING = b'{"rating": 4}'
BACKUPS = 5
NAIVELY = "DRILL_COPIES_FILES"  # in the environment: no backup of ours, but what people would do by hand
NAMES = (
    "import json; from movies.models import Movie;"
    "print(json.dumps(list(Movie.objects.exclude(cover_image='').values_list('cover_image', flat=True))))"
)


def picture(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 60), (number * 37 % 256, number * 91 % 256, number % 256)).save(buffer, "PNG")
    return buffer.getvalue()


class Writers:
    """People who write all the time: films come and go, covers are replaced, everybody likes and rates and comments."""

    def __init__(self, server: Server) -> None:
        self.clients = [Client(server).register() for _ in range(WRITERS)]
        self.statuses, self.ended = Counter[int](), threading.Event()
        self.slowest = 0.0

    def write(self, client: Client, number: int) -> None:
        made = client.post("/api/v1/movies/", title=f"Film {number}", genre=["Drama"], director=f"Director {number}")
        path, step = f"/api/v1/movies/{made.data['id']}/", 0
        while not self.ended.is_set():
            step += 1
            answers = [
                client.patch_file(path, "cover_image", picture(number * 100 + step)),
                client.post(f"{path}like/"),
                client.ask("PUT", f"/api/v1/movies/{1 + step % FILMS}/rating/", RATING, "application/json"),
                client.post(f"{path}comments/", text=f"Seen {step} times."),
            ]
            if step % 5 == 0:
                answers.append(client.ask("DELETE", path))
                made = client.post("/api/v1/movies/", title=f"Film {number} {step}", genre=["Drama", "Western"])
                path = f"/api/v1/movies/{made.data['id']}/"
                answers.append(made)
            self.statuses.update(answer.status for answer in answers)
            self.slowest = max(self.slowest, *(answer.seconds for answer in answers))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.write, args=(c, n), daemon=True) for n, c in enumerate(self.clients)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        try:
            yield
        finally:
            self.ended.set()
            for thread in threads:
                thread.join()


def differences(server: Server, backup: Path) -> list[str]:
    """What is wrong with a place into which the backup has been restored."""
    with tempfile.TemporaryDirectory(prefix="marquee-drill-restored-") as folder:
        elsewhere = {
            "VAR_DIR": folder,
            "DATABASE_URL": new_database() or f"sqlite:///{folder}/marquee.sqlite3",
            "SECRET_KEY": "another-key-which-is-long-enough-for-a-drill",
        }
        restored = server.manage("restore", str(backup), **elsewhere)
        if restored.returncode:
            return [restored.stderr]
        verified = server.manage("verify", **elsewhere)
        named = json.loads(server.manage("shell", "--no-imports", "-c", NAMES, **elsewhere).stdout)
        missing = [name for name in named if not (Path(folder) / "media" / name).is_file()]
        found = [] if verified.returncode == 0 else [verified.stdout + verified.stderr]
        return found + ([f"{len(missing)} covers are missing"] if missing else [])


def backed_up(server: Server) -> list[str]:
    """Why there is no backup; nothing where there is one."""
    done = server.manage("backup")
    return [done.stderr] if done.returncode else []


def copied(server: Server) -> list[str]:
    """What is wrong with the obvious way: the database first, and then the folder of covers."""
    named = server.manage("shell", "--no-imports", "-c", NAMES)
    media = Path(server.environment["VAR_DIR"]) / "media"
    missing = [name for name in json.loads(named.stdout) if not (media / name).is_file()]
    return [f"{len(missing)} covers are missing"] if missing else []


def under_writes(server: Server) -> Outcome:
    writers, wrong, seconds = Writers(server), list[str](), list[float]()
    with writers.at_work():
        for _ in range(BACKUPS):
            begun = time.monotonic()
            wrong += copied(server) if server.environment.get(NAIVELY) else backed_up(server)
            seconds.append(time.monotonic() - begun)
    for backup in (Path(server.environment["VAR_DIR"]) / "backups").glob("marquee-*.tar.gz"):
        wrong += differences(server, backup)
    refused = {status: count for status, count in writers.statuses.items() if status >= 400 or not status}
    writes = sum(writers.statuses.values())
    figure = (
        f"{BACKUPS} backups of {max(seconds):.1f} s at most while {writes} writes were answered, the slowest in "
        f"{writers.slowest:.2f} s (refused: {refused or 'none'}); each restored elsewhere and verified: "
        f"{'no difference' if not wrong else ' / '.join(wrong)[:300]}"
    )
    return Outcome(figure, holds=not wrong and not refused)


DRILLS = [
    Drill(
        "under_writes",
        "A backup made while eight people write restores to what it says, with every cover and no difference.",
        under_writes,
        without={NAIVELY: "on"},
        env={**UNLIMITED, "COVER_DECODING_PLACES": "0"},  # else five covers at once in a process are one too many
    ),
]
