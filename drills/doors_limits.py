"""What one account or stranger must not be able to use up: memory, the threads that read, and disk."""

import io
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from PIL import Image

from drills.client import Client
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


DRILLS = [
    Drill(
        "covers",
        "Decoding covers takes no more than 1 GB, however many are sent at once.",
        covers,
        without={"COVER_DECODING_PLACES": "0"},
    ),
]
