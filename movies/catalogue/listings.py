"""Which movies, in which order: each listing gives the rows of a stretch, and how many movies it has in all.

Rows begin with the movie's card where one statement gives both, else with its id. A listing never counts nor walks
more than its page needs: totals are kept (movies.tallies), orders have indexes.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from movies.catalogue.cards import Cards
from movies.models import Tally
from movies.models.tally import LARGE, SMALL
from rest.database.statements import Statement
from rest.pagination import KeysetListing, Listing, Row

Kind = Tally.Kind
NEAR = 1000  # so far down, skipping rows is cheaper than looking up where they are
TOTAL = f"(SELECT t.count FROM movies_tally t WHERE t.kind = {Kind.ALL:d} AND t.key = 0)"


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
    text="SELECT t.count FROM movies_tally t WHERE t.kind = $1 AND t.key = $2",
)
# Far down, the range of ids that holds the place comes first: among the large ranges, then within one of them.
AT_PLACE = Cards(
    "added_at_place",
    parameters=["bigint", "bigint"],
    choose=f"""
    WITH large AS (
        SELECT l.key, SUM(CAST(l.count AS integer)) OVER (ORDER BY l.key DESC) - l.count AS skipped, l.count
        FROM movies_tally l WHERE l.kind = {Kind.LARGE_RANGE:d}
    ), one AS (
        SELECT o.key, o.skipped FROM large o WHERE o.skipped <= $1 AND $1 < o.skipped + o.count
    ), small AS (
        SELECT t.key, t.count,
            one.skipped + SUM(CAST(t.count AS integer)) OVER (ORDER BY t.key DESC) - t.count AS skipped
        FROM one JOIN movies_tally t ON t.kind = {Kind.SMALL_RANGE:d}
        AND t.key >= one.key * {LARGE // SMALL} AND t.key < (one.key + 1) * {LARGE // SMALL}
    ), place AS (
        SELECT s.key * {SMALL} + {SMALL - 1} AS highest, $1 - s.skipped AS further
        FROM small s WHERE s.skipped <= $1 AND $1 < s.skipped + s.count
    )
    SELECT m.id FROM movies_movie m WHERE m.id <= (SELECT p.highest FROM place p) ORDER BY m.id DESC
    LIMIT $2 OFFSET COALESCE((SELECT CAST(p.further AS bigint) FROM place p), 0)""",
    total=TOTAL,
)
HIGHEST = 2**63 - 1


def tally(kind: Kind, key: int) -> int:
    found = HOW_MANY.rows(int(kind), key)
    return found[0][0] if found else 0


class NumberedIds(Protocol):
    def page(self, start: int, size: int) -> tuple[list[int], int]: ...


class Ids(Listing):
    """A listing of what gives nothing but ids, page by page."""

    def __init__(self, source: NumberedIds) -> None:
        self.source = source

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        ids, count = self.source.page(start, size)
        return [(pk,) for pk in ids], count


class Whole(KeysetListing):
    """The whole catalogue, the newest added first, as `viewer` (a user, or anonymous) sees it."""

    order = "-id"

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        if start >= NEAR:
            return self.stretch(AT_PLACE, start, size)
        return self.stretch(NEWEST, HIGHEST, size, start)

    def after(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        return self.stretch(NEWEST, key[0] - 1, size, 0)

    def before(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        rows, total = self.stretch(BEFORE, key[0], size)
        return rows[::-1], total

    def stretch(self, source: Cards, *values: int) -> tuple[list[Row], int]:
        cards, total = source.of(self.viewer, *values)
        return [(card, card.id) for card in cards], total if cards else tally(Kind.ALL, 0)
