"""What changes directors and genres themselves: adding, renaming, merging and deleting them.

A name stands in the search index of every movie that shows it. So whoever changes names waits until nobody gives a
name to a movie, locks the movies that have it, and brings their postings up to date. Each function is one transaction.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404

from movies import search, tallies
from movies.models import Director, Genre, GenreAlias, GenreRevision, Movie, MovieDirector, MovieGenre, MovieStats
from movies.models.catalogue import Named
from movies.querysets import MovieQuerySet
from rest.chunks import chunks, id_batches
from rest.database.locks import wait_for_turn
from rest.database.text import fold_case, folded_fields

LINKS: dict[type[Named], Any] = {Director: MovieDirector, Genre: MovieGenre}
BATCH = 2000  # movies at a time
NAMES = 0x1A9028  # the lock of PostgreSQL's that stands for all names


def add(*, model: type[Director] | type[Genre], name: str) -> Named:
    """Raises IntegrityError where the name is there already, and so does `rename`."""
    return model.objects.create(name=" ".join(name.split()))


@transaction.atomic
def rename(*, row: Named, name: str) -> None:
    """Raises Http404 when it has just gone."""
    keep_names(shared=False)
    find([row])
    movie_ids = lock_movies_of([row])
    carry_aliases([row], name)
    row.name = " ".join(name.split())
    row.save(update_fields=["name", *(field.name for field in folded_fields(type(row), of=["name"])), "updated_at"])
    search.index_ids(chunks(movie_ids, BATCH))


@transaction.atomic
def merge(*, rows: Collection[Named], into: Named) -> int:
    """Gives the movies of `rows` to `into`, in the same place of their lists, and deletes `rows`; how many movies.

    A movie that has several of them has `into` once, where it had the first. Raises Http404 when one has just gone.
    """
    others = [row for row in rows if row.pk != into.pk]
    if not others:
        return 0
    keep_names(shared=False)
    find([*others, into])
    has_new_aliases = carry_aliases(others, into.name)
    movie_ids = lock_movies_of([*others, into] if has_new_aliases else others)
    from_ids = [row.pk for row in others]
    counted: tallies.Differences = Counter()
    for batch in chunks(movie_ids, BATCH):
        counted.update(hand_over(batch, from_ids, into))
    type(into).objects.filter(pk__in=from_ids).delete()
    if isinstance(into, Genre):
        GenreRevision.advance()
    search.index_ids(chunks(movie_ids, BATCH))
    tallies.add(counted)
    return len(movie_ids)


@transaction.atomic
def delete(*, model: type[Director] | type[Genre], ids: Collection[int]) -> int:
    """How many there were. Raises ProtectedError where a movie has one of them."""
    keep_names(shared=False)
    return model.objects.filter(pk__in=ids).delete()[1].get(model._meta.label, 0)


def find(rows: Sequence[Named]) -> None:
    """Raises Http404 where one of the rows has just gone."""
    if type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]).count() < len(rows):
        raise Http404("It has just been deleted.")


# --- Other names of genres ------------------------------------------------------------------------------------------


@transaction.atomic
def save_alias(*, alias: GenreAlias) -> None:
    """Adds or changes another name of a genre. Raises IntegrityError where the alias is there already."""
    keep_names(shared=False)
    before = GenreAlias.objects.filter(pk=alias.pk).first() if alias.pk else None
    movie_ids = lock_movies_with([alias] if before is None else [before, alias])
    alias.save()
    search.index_ids(chunks(movie_ids, BATCH))


@transaction.atomic
def delete_aliases(*, ids: Collection[int]) -> int:
    """How many there were."""
    keep_names(shared=False)
    aliases = GenreAlias.objects.filter(pk__in=ids)
    movie_ids = lock_movies_with(list(aliases))
    deleted, _ = aliases.delete()
    search.index_ids(chunks(movie_ids, BATCH))
    return deleted


def carry_aliases(rows: Collection[Named], name: str) -> bool:
    """Lets the aliases of these genres mean the one of that name; whether there are any."""
    keys = Genre.objects.filter(pk__in=[row.pk for row in rows if isinstance(row, Genre)]).values("name_key")
    aliases = GenreAlias.objects.filter(genre_key__in=keys)
    return aliases.update(genre=name, genre_key=fold_case(name)) > 0


def lock_movies_with(aliases: Collection[GenreAlias]) -> list[int]:
    """Locks the movies of the genres that these aliases mean: their ids."""
    genres = Genre.objects.filter(name_key__in={fold_case(alias.genre) for alias in aliases})
    return lock_movies_of(list(genres)) if genres else []


# --- Movies by their names ------------------------------------------------------------------------------------------


def movies_of(rows: Sequence[Named]) -> MovieQuerySet:
    """The movies that have any of these directors, or of these genres."""
    of_ids = Movie.objects.directed_by if isinstance(rows[0], Director) else Movie.objects.of_genres
    return of_ids([row.pk for row in rows])


def in_use(model: type[Director] | type[Genre], ids: Collection[int]) -> QuerySet[Any]:
    """Those that a movie has."""
    links = LINKS[model].objects.filter(**{str(model._meta.model_name): OuterRef("pk")})
    return model.objects.filter(Exists(links), pk__in=ids)


def lock_movies_of(rows: Sequence[Named]) -> list[int]:
    """Locks all movies that have any of these, and returns their ids."""
    locked: list[int] = []
    for ids in id_batches(movies_of(rows), BATCH):
        MovieStats.lock(ids)
        locked += ids
    return locked


def keep_names(*, shared: bool = True) -> None:
    """Waits until no name changes, and keeps it so until the transaction ends.

    Whoever gives a movie directors or genres calls it before anything of the movie is locked, whoever changes them
    with `shared` False. The foreign keys are not enough: PostgreSQL checks them when the writer of a movie commits, who
    has then indexed it by the old name, and holds counts that everybody waits for.
    """
    wait_for_turn(NAMES, shared=shared)


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
