"""What one account or stranger must not be able to use up: memory, the threads that read, and disk."""

import io
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from PIL import Image

from drills.client import Answer, Client
from drills.drill import Drill, Outcome
from drills.server import Server

MB = 1_000_000

# --- Covers ---------------------------------------------------------------------------------------------------------

AT_ONCE = 32
MOST_MEMORY = 1000 * MB
SIDE = 6320  # of a square with nearly as many pixels as a cover may have


def bombs() -> list[bytes]:
    """Pictures of a few kilobytes that unpack to hundreds of megabytes: the worst of each format."""
    empty = Image.new("RGBA", (SIDE, SIDE))
    options: dict[str, dict[str, Any]] = {
        "PNG": {},
        "WEBP": {"lossless": True, "method": 0},
        "JPEG": {"progressive": True},
        "AVIF": {"speed": 10},
    }
    packed = []
    for format, about in options.items():
        buffer = io.BytesIO()
        (empty.convert("CMYK") if format == "JPEG" else empty).save(buffer, format, **about)
        packed.append(buffer.getvalue())
    return packed


def covers(server: Server) -> Outcome:
    """Ends as soon as the promise is broken, before the machine's memory does."""
    client, pictures, peak, answers = Client(server).register(), bombs(), server.memory_bytes(), list[int]()
    path = f"/api/v1/movies/{client.post('/api/v1/movies/', title='A bomb').data['id']}/"

    def send(number: int) -> None:
        answers.append(client.patch_file(path, "cover_image", pictures[number % len(pictures)]).status)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(send, number) for number in range(AT_ONCE)]
        while not all(one.done() for one in sent):
            peak = max(peak, server.memory_bytes())
            if peak > MOST_MEMORY:
                server.stop()
            time.sleep(0.01)
    told = ", ".join(f"{count} × {status}" for status, count in sorted(Counter(answers).items()))
    figure = f"{AT_ONCE} covers of {SIDE} × {SIDE} pixels at once took {peak / MB:.0f} MB at the most ({told})"
    return Outcome(
        figure, holds=peak <= MOST_MEMORY and set(answers) <= {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
    )


# --- Slow reads -----------------------------------------------------------------------------------------------------

FILMS = 100_000
SLOW = "/api/v1/movies/?genre_not=Western&ordering=duration,title,-likes_count&page_size=100&page={page}"
WATCHED_SECONDS = 8
MOST_ON_AVERAGE = 0.1  # seconds that anybody else waits; the longest of a hundred says more of the machine
READERS = 48  # so many that, with every thread of the server taken, the line before them is long


def fill(server: Server) -> None:
    """Imports so many films that an order without an index takes long."""
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        for n in range(FILMS):
            genre, duration = ("Drama", "Horror")[n % 2], 60 + n % 97
            film = {"title": f"Film {n * 7919 % FILMS}", "genre": genre, "duration": duration}
            file.write(f"{json.dumps(film)}\n")
        file.flush()
        command = [sys.executable, "manage.py", "import_movies", file.name]
        subprocess.run(command, cwd=server.root, env=server.environment, check=True, capture_output=True)


def reads(server: Server) -> Outcome:
    fill(server)
    flood, quiet = Client(server), Client(server)
    detail = f"/api/v1/movies/{quiet.get('/api/v1/movies/').data['results'][0]['id']}/"
    before = [quiet.get(detail).seconds for _ in range(200)]
    answers, until = list[Answer](), time.monotonic() + WATCHED_SECONDS

    def ask(number: int) -> None:
        while time.monotonic() < until:
            answers.append(flood.get(SLOW.format(page=1 + number % 90)))
            time.sleep(0.1)  # the reader of the drill shares a process and an interpreter with these

    with ThreadPoolExecutor(READERS) as pool:
        asked = [pool.submit(ask, number) for number in range(READERS)]
        time.sleep(0.5)
        meanwhile = []
        while time.monotonic() < until:
            meanwhile.append(quiet.get(detail).seconds)
            time.sleep(0.01)
        for one in asked:
            one.result()
    average = sum(meanwhile) / len(meanwhile)
    told = ", ".join(f"{count} × {status}" for status, count in sorted(Counter(one.status for one in answers).items()))
    figure = (
        f"{READERS} slow lists at once ({told}; the longest {max(one.seconds for one in answers):.2f} s): of "
        f"{len(meanwhile)} details each {1000 * average:.0f} ms on average, p99 {1000 * p99(meanwhile):.0f} ms; "
        f"alone {1000 * sum(before) / len(before):.0f} ms and {1000 * p99(before):.0f} ms"
    )
    return Outcome(figure, holds=average <= MOST_ON_AVERAGE)


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.99 * len(seconds))]


# --- Collections ----------------------------------------------------------------------------------------------------

MOST_TEXT = 50 * MB
TRIED_TEXT = 75 * MB
IN_ONE = 100  # movies


def collections(server: Server) -> Outcome:
    client, kept, statuses = Client(server).register(), 0, Counter[int]()
    movies = [{"title": f"Film {n}", "description": "x" * 20_000} for n in range(IN_ONE)]
    size = sum(len(movie["description"]) for movie in movies)
    begun = time.monotonic()
    for number in range(TRIED_TEXT // size):
        made = client.post("/collection/", title=f"Collection {number}", description="d", movies=movies)
        kept += size if made.status == HTTPStatus.CREATED else 0
        statuses[made.status] += 1
    told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    figure = f"one account stored {kept / MB:.0f} MB in {time.monotonic() - begun:.0f} s ({told})"
    return Outcome(figure, holds=0 < kept <= MOST_TEXT)


DRILLS = [
    Drill(
        "covers",
        "Decoding covers takes no more than 1 GB, however many are sent at once.",
        covers,
        without={"COVER_DECODING_PLACES": "0"},
    ),
    Drill(
        "reads",
        "Slow lists leave threads to everybody else: a movie takes anybody else 0.1 s on average.",
        reads,
        without={"READ_SECONDS": "0", "READ_PLACES": "0", "THROTTLE_READ_SECONDS": "0"},
    ),
    Drill(
        "collections",
        "One account stores at most 50 MB of text in its collections.",
        collections,
        without={"QUOTA_COLLECTION_BYTES": "0"},
    ),
]
