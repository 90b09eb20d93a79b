"""Which movies, in which order: each listing gives the cards of a slice, and how many movies it has in all.

A listing never counts nor walks more than its page needs: totals are kept (movies.tallies), orders have indexes.
"""

from typing import Any, Protocol

from movies.catalogue.cards import Card
from movies.catalogue.queries import CardQuery, read
from movies.models import Tally
from movies.models.tally import LARGE, SMALL
from rest.database.statements import Statement
from rest.listings import Key, KeysetListing, Listing, Slice

Kind = Tally.Kind
MAX_OFFSET = 1000  # as far down as skipping rows is cheaper than looking up where they are
TOTAL = f"(SELECT t.count FROM movies_tally t WHERE t.kind = {Kind.ALL:d} AND t.key = 0)"


HOW_MANY = Statement(
    "tally",
    parameters=["integer", "bigint"],
    columns={"total": "bigint"},
    text="SELECT t.count FROM movies_tally t WHERE t.kind = $1 AND t.key = $2",
)
FROM_ID = """
    SELECT m.id FROM movies_movie m WHERE m.id {on} CAST($1 AS bigint) ORDER BY m.id {way} LIMIT $2 OFFSET $3"""
# Far down, the range of ids that holds the place comes first: among the large ranges, then within one of them.
FROM_PLACE = """
    WITH large AS (
        SELECT l.key, SUM(CAST(l.count AS integer)) OVER (ORDER BY l.key {way}) - l.count AS skipped, l.count
        FROM movies_tally l WHERE l.kind = {large}
    ), one AS (
        SELECT o.key, o.skipped FROM large o WHERE o.skipped <= $1 AND $1 < o.skipped + o.count
    ), small AS (
        SELECT t.key, t.count,
            one.skipped + SUM(CAST(t.count AS integer)) OVER (ORDER BY t.key {way}) - t.count AS skipped
        FROM one JOIN movies_tally t ON t.kind = {small}
        AND t.key >= one.key * {ratio} AND t.key < (one.key + 1) * {ratio}
    ), place AS (
        SELECT s.key * {size} + {edge} AS edge, $1 - s.skipped AS further
        FROM small s WHERE s.skipped <= $1 AND $1 < s.skipped + s.count
    )
    SELECT m.id FROM movies_movie m WHERE m.id {on} (SELECT p.edge FROM place p) ORDER BY m.id {way}
    LIMIT $2 OFFSET COALESCE((SELECT CAST(p.further AS bigint) FROM place p), 0)"""


class Walk:
    """All movies by their ids, one way: from an id on, and from a place on."""

    def __init__(self, name: str, *, way: str, on: str, edge: int, start: int) -> None:
        """`edge` is where in a range of ids the walk enters it, `start` an id that it has not reached yet."""
        words = {"way": way, "on": on, "edge": edge, "size": SMALL, "ratio": LARGE // SMALL}
        kinds = {"large": int(Kind.LARGE_RANGE), "small": int(Kind.SMALL_RANGE)}
        self.start = start
        self.from_id = CardQuery(
            f"{name}_added",
            parameters=["bigint", "bigint", "bigint"],
            select_ids=FROM_ID.format(**words),
            total=TOTAL,
        )
        self.from_place = CardQuery(
            f"{name}_added_at_place",
            parameters=["bigint", "bigint"],
            select_ids=FROM_PLACE.format(**words, **kinds),
            total=TOTAL,
        )


NEWEST = Walk("newest", way="DESC", on="<=", edge=SMALL - 1, start=2**63 - 1)
OLDEST = Walk("oldest", way="ASC", on=">=", edge=0, start=0)


def kept_count(kind: Kind, key: int) -> int:
    """How many movies a tally counts; 0 where there is no such tally."""
    rows = HOW_MANY.rows(int(kind), key)
    return rows[0][0] if rows else 0


class RankedIds(Protocol):
    """What a search gives."""

    def page(self, start: int, size: int) -> tuple[list[int], int]:
        """The ids of at most `size` movies from the place `start` (0 is the first) on, and how many are found."""
        ...


class IdListing(Listing[Card]):
    """The movies of something that gives ids, as `viewer` (a user, or anonymous) sees them."""

    def __init__(self, viewer: Any, source: RankedIds) -> None:
        self.viewer, self.source = viewer, source

    def slice(self, start: int, size: int) -> Slice[Card]:
        ids, total = self.source.page(start, size)
        return Slice(read(ids, self.viewer), total, has_more=bool(ids) and start + size < total)


class AllMovies(KeysetListing[Card]):
    """The whole catalogue by "-id", the newest added first, or by "id", as `viewer` (a user, or anonymous) sees it."""

    ORDERS = ("-id", "id")

    def __init__(self, viewer: Any, order: str = "-id") -> None:
        self.viewer, self.order = viewer, order
        self.walk, self.back = (NEWEST, OLDEST) if order == "-id" else (OLDEST, NEWEST)
        self.step = -1 if order == "-id" else 1

    def slice(self, start: int, size: int) -> Slice[Card]:
        if start >= MAX_OFFSET:
            cards, total = self.fetch(self.walk.from_place, start, size)
        else:
            cards, total = self.fetch(self.walk.from_id, self.walk.start, size, start)
        return self.sliced(cards, total, has_more=bool(cards) and start + size < total)

    def after(self, key: Key, size: int) -> Slice[Card]:
        # One more than are shown tells whether there are others.
        cards, total = self.fetch(self.walk.from_id, key[0] + self.step, size + 1, 0)
        return self.sliced(cards[:size], total, has_more=len(cards) > size)

    def before(self, key: Key, size: int) -> Slice[Card]:
        cards, total = self.fetch(self.back.from_id, key[0] - self.step, size + 1, 0)
        return self.sliced(cards[:size][::-1], total, has_more=len(cards) > size)

    def fetch(self, query: CardQuery, *values: int) -> tuple[list[Card], int]:
        cards, total = query.fetch(self.viewer, *values)
        return cards, total if cards else kept_count(Kind.ALL, 0)

    @staticmethod
    def sliced(cards: list[Card], total: int, *, has_more: bool) -> Slice[Card]:
        edges = ((cards[0].id,), (cards[-1].id,)) if cards else None
        return Slice(cards, total, has_more, edges)
