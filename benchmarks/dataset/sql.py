"""The few places where the SQL of PostgreSQL and of SQLite differ, and chance that is the same in both."""

from collections.abc import Iterable
from random import Random

PRIME = 2_147_483_647  # 2**31 - 1: a product of two residues still fits 64 bits

# What the postings of a movie keep of its statistics, as `movies.models.search.popularity_level` says.
REACTIONS = "(favorites_count + likes_count + ratings_count)"
LEVELS = " ".join(f"WHEN {REACTIONS} < {4 ** (level + 1)} THEN {level}" for level in range(12))
POPULARITY = f"(CASE {LEVELS} ELSE 12 END)"


def chance(number: str, purpose: str) -> str:
    """An expression: a whole number from 0 to 2**31 - 2 that looks random but depends on `number` and `purpose` only.

    Integer arithmetic alone, because that is what the two databases agree about to the last digit.
    """
    random = Random(purpose)
    a, b, c, d = (random.randrange(1, PRIME) for _ in range(4))
    number = f"CAST({number} AS bigint)"
    return f"(({number} * {a} + {b}) % {PRIME} * (({number} * {c} + {d}) % {PRIME}) % {PRIME})"


def pick(number: str, purpose: str, count: int) -> str:
    """An expression: 0 to `count` - 1, each as likely."""
    return f"({chance(number, purpose)} % {count})"


def pick_low(number: str, purpose: str, count: int) -> str:
    """An expression: 0 to `count` - 1, the low ones far more likely."""
    return f"({pick(number, purpose, count)} * {pick(number, purpose + ' again', count)} / {count})"


def values(texts: Iterable[str]) -> str:
    """A table (n, text) of a few words, n from 0."""
    return "(" + " UNION ALL ".join(f"SELECT {n} AS n, '{text}' AS text" for n, text in enumerate(texts)) + ")"


class PostgreSQL:
    vendor = "postgresql"
    timestamp = "TIMESTAMPTZ '2020-01-01 00:00:00+00' + ({seconds}) * INTERVAL '1 second'"
    date = "DATE '1920-01-01' + CAST({days} AS integer)"
    true, false = "TRUE", "FALSE"

    def series(self, count: int | str, name: str = "i") -> str:
        """A table of the numbers from 0 to `count` - 1."""
        return f"(SELECT {name} FROM generate_series(CAST(0 AS bigint), ({count}) - 1) AS {name}) AS series_{name}"

    def uuid(self, number: str) -> str:
        parts = self.digits(number)
        return f"CAST({' || '.join(f'lpad(to_hex({part}), {width}, {fill})' for part, width, fill in parts)} AS uuid)"

    @staticmethod
    def digits(number: str) -> list[tuple[str, int, str]]:
        """What a version 4 UUID is made of: (expression, hexadecimal digits, filler). Unique, as the number is in it."""
        chances = [chance(number, f"uuid {part}") for part in "abc"]
        return [
            (chances[0], 8, "'0'"),
            (f"{chances[1]} % 65536", 4, "'0'"),
            (f"16384 + {chances[2]} % 4096", 4, "'0'"),
            (f"32768 + {chances[2]} / 4096 % 16384", 4, "'0'"),
            (number, 12, "'0'"),
        ]


class SQLite(PostgreSQL):
    vendor = "sqlite"
    timestamp = "datetime('2020-01-01', '+' || ({seconds}) || ' seconds')"
    date = "date('1920-01-01', '+' || ({days}) || ' days')"
    true, false = "1", "0"

    def series(self, count: int | str, name: str = "i") -> str:
        numbers = (
            f"WITH RECURSIVE s({name}) AS (SELECT 0 UNION ALL SELECT {name} + 1 FROM s WHERE {name} + 1 < {count})"
        )
        return f"({numbers} SELECT {name} FROM s) AS series_{name}"

    def uuid(self, number: str) -> str:
        return " || ".join(f"printf('%0{width}x', {part})" for part, width, _ in self.digits(number))


DIALECTS = {"postgresql": PostgreSQL(), "sqlite": SQLite()}
