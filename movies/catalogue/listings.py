"""Which movies, in which order: each listing gives the rows of a stretch, and how many movies it has in all.

Rows begin with the movie's card where one statement gives both, else with its id. A listing never counts nor walks
more than its page needs: totals are kept (movies.tallies), orders have indexes.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from config.pagination import Row
from config.statements import Statement
from movies.catalogue.cards import Cards
from movies.models import Tally
from movies.models.tally import LARGE, SMALL

Kind = Tally.Kind
NEAR = 1000  # so far down, skipping rows is cheaper than looking up where they are
TOTAL = f"(SELECT t.count FROM movies_tally t WHERE t.kind = {Kind.ALL:d} AND t.key = 0)"


def both(text: str) -> dict[str, str]:
    """The text of a statement that both databases understand."""
    return {"postgresql": text, "sqlite": text}


NEWEST = Cards(
    "newest_added",
    parameters=["bigint", "bigint", "bigint"],
    choose="SELECT m.id FROM movies_movie m WHERE m.id <= CAST($1 AS bigint) ORDER BY m.id DESC LIMIT $2 OFFSET $3",
    total=TOTAL,
)
BEFORE = Cards(
    "added_before",
    parameters=["bigint", "bigint"],
    choose="SELECT m.id FROM movies_movie m WHERE m.id > CAST($1 AS bigint) ORDER BY m.id LIMIT $2",
    total=TOTAL,
)
HOW_MANY = Statement(
    "tally",
    parameters=["integer", "bigint"],
    columns={"total": "bigint"},
    **both("SELECT t.count FROM movies_tally t WHERE t.kind = $1 AND t.key = $2"),
)
# Which range of ids holds the movie at a place counted from the newest: first among the large ranges, then within one.
PLACE = Statement(
    "place",
    parameters=["bigint"],
    columns={"highest": "bigint", "skipped": "bigint"},
    **both(f"""
    WITH large AS (
        SELECT l.key, SUM(l.count) OVER (ORDER BY l.key DESC) - l.count AS skipped, l.count
        FROM movies_tally l WHERE l.kind = {Kind.LARGE_RANGE:d}
    ), one AS (SELECT o.key, o.skipped FROM large o WHERE o.skipped <= $1 AND $1 < o.skipped + o.count
    ), small AS (
        SELECT t.key, one.skipped + SUM(t.count) OVER (ORDER BY t.key DESC) - t.count AS skipped, t.count
        FROM one JOIN movies_tally t ON t.kind = {Kind.SMALL_RANGE:d}
        AND t.key >= one.key * {LARGE // SMALL} AND t.key < (one.key + 1) * {LARGE // SMALL}
    )
    SELECT CAST(s.key * {SMALL} + {SMALL - 1} AS bigint), CAST(s.skipped AS bigint)
    FROM small s WHERE s.skipped <= $1 AND $1 < s.skipped + s.count"""),
)
HIGHEST = 2**63 - 1


def tally(kind: Kind, key: int) -> int:
    found = HOW_MANY.rows(int(kind), key)
    return found[0][0] if found else 0


class NumberedIds(Protocol):
    def page(self, start: int, size: int) -> tuple[list[int], int]: ...


class Ids:
    """A listing of what gives nothing but ids, page by page."""

    def __init__(self, source: NumberedIds) -> None:
        self.source = source

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        ids, count = self.source.page(start, size)
        return [(pk,) for pk in ids], count


class Whole:
    """The whole catalogue, the newest added first, as `viewer` (a user, or anonymous) sees it."""

    order = "-id"

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        highest, skipped = HIGHEST, 0
        if start >= NEAR:
            found = PLACE.rows(start)
            if not found:
                return [], tally(Kind.ALL, 0)
            [(highest, skipped)] = found
        return self.stretch(NEWEST, highest, size, start - skipped)

    def after(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        return self.stretch(NEWEST, key[0] - 1, size, 0)

    def before(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        rows, total = self.stretch(BEFORE, key[0], size)
        return rows[::-1], total

    def stretch(self, source: Cards, *values: int) -> tuple[list[Row], int]:
        cards, total = source.of(self.viewer, *values)
        return [(card, card.id) for card in cards], total if cards else tally(Kind.ALL, 0)
