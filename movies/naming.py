"""What changes directors and genres themselves: adding, renaming, merging and deleting them.

A name stands in the search index of every movie that shows it. So the movies are locked before the name, as by every
writer of a movie; each function is one transaction.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404
from rest_framework.exceptions import APIException

from movies import search, tallies
from movies.models import Director, Genre, GenreRevision, Movie, MovieDirector, MovieGenre, MovieStats
from movies.models.catalogue import Named
from movies.querysets import MovieQuerySet
from rest.chunks import chunks, id_batches
from rest.database.statements import is_postgresql, rows_of

LINKS: dict[type[Named], Any] = {Director: MovieDirector, Genre: MovieGenre}
BATCH = 2000  # movies at a time
ATTEMPTS = 10
Result = TypeVar("Result")


class Overtaken(APIException):
    """Movies get and lose the name faster than all that have it can be locked."""

    status_code = 409
    default_detail = "Too many movies with this name are written at the moment."


def add(*, model: type[Director] | type[Genre], name: str) -> Named:
    """Raises IntegrityError where the name is there already, and so does `rename`."""
    return model.objects.create(name=" ".join(name.split()))


def rename(*, row: Named, name: str) -> None:
    """Raises Http404 when it has just gone."""

    def write(movie_ids: list[int]) -> None:
        row.name = " ".join(name.split())
        row.save(update_fields=["name", "name_key", "updated_at"])
        search.index_ids(chunks(movie_ids, BATCH))

    with_locked([row], write)


def merge(*, rows: Collection[Named], into: Named) -> int:
    """Gives the movies of `rows` to `into`, in the same place of their lists, and deletes `rows`; how many movies.

    A movie that has several of them has `into` once, where it had the first. Raises Http404 when one has just gone.
    """
    others = [row for row in rows if row.pk != into.pk]

    def write(movie_ids: list[int]) -> int:
        counted: tallies.Differences = Counter()
        for batch in chunks(movie_ids, BATCH):
            counted.update(hand_over(batch, [row.pk for row in others], into))
        type(into).objects.filter(pk__in=[row.pk for row in others]).delete()
        if isinstance(into, Genre):
            GenreRevision.advance()
        search.index_ids(chunks(movie_ids, BATCH))
        tallies.add(counted)
        return len(movie_ids)

    return with_locked(others, write, also=[into]) if others else 0


def delete(*, model: type[Director] | type[Genre], ids: Collection[int]) -> int:
    """How many there were. Raises ProtectedError where a movie has one of them."""
    with transaction.atomic():
        list(model.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        return model.objects.filter(pk__in=ids).delete()[1].get(model._meta.label, 0)


def hold(model: type[Director] | type[Genre], ids: list[int]) -> bool:
    """Keeps these from being renamed, merged or deleted until the transaction ends; whether all of them are there.

    To be called before a movie gets them. The foreign keys alone are checked when we commit, which would be late: by
    then the movie is indexed, and we hold counts that everybody waits for.
    """
    if is_postgresql():
        text = f"SELECT id FROM {model._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"  # noqa: S608
        return len(rows_of(text, [ids])) == len(ids)
    return model.objects.filter(pk__in=ids).count() == len(ids)


# --- Movies by their names ------------------------------------------------------------------------------------------


def movies_of(rows: Sequence[Named]) -> MovieQuerySet:
    """The movies that have any of these directors, or of these genres."""
    of_ids = Movie.objects.directed_by if isinstance(rows[0], Director) else Movie.objects.of_genres
    return of_ids([row.pk for row in rows])


def in_use(model: type[Director] | type[Genre], ids: Collection[int]) -> QuerySet[Any]:
    """Those that a movie has."""
    links = LINKS[model].objects.filter(**{str(model._meta.model_name): OuterRef("pk")})
    return model.objects.filter(Exists(links), pk__in=ids)


def with_locked(rows: Sequence[Named], write: Callable[[list[int]], Result], also: Sequence[Named] = ()) -> Result:
    """Calls `write` with the ids of the movies that have any of `rows`, all of which are locked until it has ended.

    Movies first, then names: who writes a movie does it in this order. To wait for a movie that got a name in between
    could be a circle: so where somebody else has it, everything is begun anew.
    """
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                movie_ids = lock_movies_of(rows)
                lock_names([*rows, *also])
                movie_ids |= lock_late_movies_of(rows, movie_ids)
                return write(sorted(movie_ids))
        except Overtaken:
            continue
    raise Overtaken


def lock_movies_of(rows: Sequence[Named]) -> set[int]:
    locked = set[int]()
    for ids in id_batches(movies_of(rows), BATCH):
        MovieStats.lock(ids)
        locked.update(ids)
    return locked


def lock_late_movies_of(rows: Sequence[Named], locked: set[int]) -> set[int]:
    """Locks the others without waiting. Raises Overtaken where somebody else has one of them."""
    late = {pk for ids in id_batches(movies_of(rows), BATCH) for pk in ids} - locked
    free = MovieStats.objects.select_for_update(skip_locked=True).filter(pk__in=late).order_by("pk")
    if late and len(free) < len(late):
        raise Overtaken
    return late


def lock_names(rows: Sequence[Named]) -> None:
    pks = {row.pk for row in rows}
    found = type(rows[0]).objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk")
    if len(found) < len(pks):
        raise Http404("It has just been deleted.")


def hand_over(movie_ids: list[int], from_ids: list[int], into: Named) -> tallies.Differences:
    """Gives what these movies have of `from_ids` to `into`, and returns what that changes in the tallies."""
    model, name = LINKS[type(into)], str(into._meta.model_name)
    links = model.objects.filter(**{"movie__in": movie_ids, f"{name}__in": [*from_ids, into.pk]}).order_by("pk")
    firsts: dict[int, int] = {}
    taken: list[int] = []
    for pk, movie_id, name_id in links.values_list("pk", "movie", name):
        firsts.setdefault(movie_id, pk)
        taken.append(name_id)
    links.exclude(pk__in=firsts.values()).delete()
    model.objects.filter(pk__in=firsts.values()).update(**{name: into})
    if isinstance(into, Director):
        keep_directors(movie_ids, from_ids, into)
        return Counter()
    counted = tallies.of_genres(taken, sign=-1)
    counted.update(tallies.of_genres([into.pk] * len(firsts)))
    return counted


def keep_directors(movie_ids: list[int], from_ids: list[int], into: Director) -> None:
    """What movies keep of their lists of directors: the first one, and whether there are others."""
    movies = Movie.objects.filter(pk__in=movie_ids)
    movies.filter(director__in=from_ids).update(director=into)
    alone = movies.filter(is_co_directed=True).alias(n=Count("director_links")).filter(n__lt=2)
    alone.update(is_co_directed=False)
