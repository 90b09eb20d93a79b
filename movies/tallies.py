"""Keeping the tallies: who adds or deletes movies, or changes their genres, says so here, last in the transaction.

Last, because every writer of the catalogue locks the row of the total first of all tallies: whoever holds it must not
wait for anything else. So writers queue up for the end of their transactions, instead of deadlocking.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, F, Q

from movies.models import Movie, MovieGenre, Tally
from movies.models.tally import LARGE, SMALL

Kind = Tally.Kind
Key = tuple[int, int]  # kind, key
Differences = Counter[Key]
TOTAL = (Kind.ALL, 0)


def of_movies(ids: Iterable[int], sign: int = 1) -> Differences:
    """What movies of these ids add to the tallies (or take, with `sign` -1), their genres aside."""
    differences: Differences = Counter()
    for pk in ids:
        for key in (TOTAL, (Kind.LARGE_RANGE, pk // LARGE), (Kind.SMALL_RANGE, pk // SMALL)):
            differences[key] += sign
    return differences


def of_genres(ids: Iterable[int], sign: int = 1) -> Differences:
    """What links to these genres, each as often as it is linked, add to the tallies."""
    differences: Differences = Counter()
    for pk in ids:
        differences[Kind.GENRE, pk] += sign
    return differences


def add(differences: Differences) -> None:
    """Adds to the tallies, in the transaction of the cause."""
    changes = {key: difference for key, difference in differences.items() if difference}
    if not changes:
        return
    rows = locked(changes)
    if missing := changes.keys() - rows.keys():
        Tally.objects.bulk_create((Tally(kind=kind, key=key) for kind, key in sorted(missing)), ignore_conflicts=True)
        rows = locked(changes)
    by_difference: dict[int, list[int]] = defaultdict(list)
    for key, difference in changes.items():
        by_difference[difference].append(rows[key])
    for difference, pks in by_difference.items():
        Tally.objects.filter(pk__in=pks).update(count=F("count") + difference)


def locked(keys: Iterable[Key]) -> dict[Key, int]:
    """The primary keys of those tallies that are there, locked with the total until the transaction ends."""
    of_kind: dict[int, list[int]] = defaultdict(list)
    for kind, key in {TOTAL, *keys}:
        of_kind[kind].append(key)
    condition = Q(pk__in=[])
    for kind, its_keys in of_kind.items():
        condition |= Q(kind=kind, key__in=its_keys)
    rows = Tally.objects.select_for_update().filter(condition).order_by("kind", "key")
    return {(kind, key): pk for pk, kind, key in rows.values_list("pk", "kind", "key")}


def expected() -> dict[Key, int]:
    """What the tallies should be, counted from the tables."""
    counted: dict[Key, int] = {TOTAL: Movie.objects.count()}
    for kind, width in ((Kind.LARGE_RANGE, LARGE), (Kind.SMALL_RANGE, SMALL)):
        ranges = Movie.objects.order_by().annotate(range=F("pk") / width).values_list("range")
        counted |= {(kind, key): n for key, n in ranges.annotate(n=Count("pk"))}
    genres = MovieGenre.objects.order_by().values_list("genre").annotate(n=Count("pk"))
    return counted | {(Kind.GENRE, key): n for key, n in genres}


@transaction.atomic
def all_differences(*, fix: bool = False) -> list[str]:
    """Every tally that is not what it should be, as a sentence, to be called in a snapshot; `fix` also mends it."""
    if fix:
        locked([])  # whoever changes the catalogue now waits with it until we have finished
    stored = {(tally.kind, tally.key): tally.count for tally in Tally.objects.all()}
    correct = expected()
    wrong = sorted(key for key in stored.keys() | correct.keys() if stored.get(key, 0) != correct.get(key, 0))
    if fix:
        for kind, key in wrong:
            Tally.objects.update_or_create(kind=kind, key=key, defaults={"count": correct.get((kind, key), 0)})
    return [f"tally of {name(key)} is {stored.get(key, 0)}, should be {correct.get(key, 0)}" for key in wrong]


def name(key: Key) -> str:
    """A tally as sentences call it: "genre 7"."""
    kind, number = key
    return f"{Kind(kind).label.lower() if kind in Kind.values else f'unknown kind {kind},'} {number}"
