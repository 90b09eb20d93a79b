"""How often search finds a film by its title, as it is and with one random typing error.

    manage.py import_movies films.ndjson
    python benchmarks/search_quality.py [--titles 500] [--seed 1]

Takes titles at random from the database that DATABASE_URL names. A film counts as found when its title (twins of one
title are one) is among the first three, or with a typing error among the first five.
"""

import argparse
import os
import random
import statistics
import string
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from movies.models import Movie
from movies.search import find

SHORTEST = 4  # letters; one edit of a shorter title may be any other title


def misspelled(title: str, rng: random.Random) -> str:
    """One letter dropped, added, replaced, or exchanged with its neighbour, anywhere in the title, spaces included."""
    at, letter = rng.randrange(len(title)), rng.choice(string.ascii_lowercase)
    before, here, after = title[:at], title[at], title[at + 1 :]
    return rng.choice(
        [before + after, before + letter + here + after, before + letter + after, before + after[:1] + here + after[1:]]
    )


def measure(name: str, titles: list[tuple[str, str]], within: int) -> None:
    """`titles`: (query, folded title that should be found)."""
    missed, times = [], []
    for query, wanted in titles:
        start = time.perf_counter()
        ids, _ = find(query).page(0, within)
        times.append(1000 * (time.perf_counter() - start))
        if not Movie.objects.filter(pk__in=ids, title_key=wanted).exists():
            missed.append(f"{query!r} for {wanted!r}")
    share = 1 - len(missed) / len(titles)
    print(f"{name}: {share:.1%} of {len(titles)} among the first {within}; median {statistics.median(times):.1f} ms")
    for miss in missed[:10]:
        print(f"    missed {miss}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--titles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    films = [
        (title, key)
        for title, key in Movie.objects.order_by("pk").values_list("title", "title_key")
        if len(title) >= SHORTEST
    ]
    sample = rng.sample(films, min(options.titles, len(films)))
    print(f"{len(films)} titles")
    for name, change, within in (
        ("as it is", str, 3),
        ("one typing error", lambda title: misspelled(title, rng), 5),
    ):
        measure(name, [(change(title), key) for title, key in sample], within)


if __name__ == "__main__":
    main()
