"""Recomputing everything that is kept beside what it is computed from, and comparing.

The catalogue may be written to meanwhile. Each part is compared in a snapshot, in which whatever is kept and its cause
are of one moment. So nobody waits, and what arrives meanwhile does not look like a difference. Only what differs is
locked, compared once more, and mended.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from movies import moderation, name_lists, naming, search, tallies
from movies.models import Director, Genre, GenreAlias, Movie, MovieStats
from movies.models.catalogue import Named
from movies.models.feedback import AGGREGATES
from rest.chunks import id_batches
from rest.database.locks import let_others_write
from rest.database.snapshot import snapshot
from rest.database.text import FoldedField

BATCH = 1000  # rows
COUNTS = [name for aggregates in AGGREGATES.values() for name in aggregates]  # the columns of MovieStats


class Section(Protocol):
    """Gives the differences of what an app above this one keeps, in parts that it hands to `compared`."""

    def __call__(self, *, fix: bool) -> Iterable[str]: ...


SECTIONS: dict[str, Section] = {}


def register(name: str, section: Section) -> None:
    """For an app above this one, when Django starts (`AppConfig.ready`)."""
    SECTIONS[name] = section


class Part(Protocol):
    """Gives the differences of a part; with `fix` it locks what it compares, and mends it."""

    def __call__(self, *, fix: bool = False) -> Iterable[str]: ...


def differences(advance: Callable[[int], object] = lambda n: None, *, fix: bool = False) -> Iterator[str]:
    """Every difference as a sentence; `fix` also mends it. `advance` hears how many movies each finished batch has."""
    for model in (User, Director, Genre, GenreAlias):
        for ids in id_batches(model.objects.all(), BATCH):
            yield from compared(partial(names, model, ids), fix=fix)
    yield from compared(moderation.differences, fix=fix)
    for ids in id_batches(Movie.objects.all(), BATCH):
        yield from compared(partial(movies, ids), fix=fix)
        advance(len(ids))
    yield from compared(search.wrong_counts, fix=fix)
    yield from compared(tallies.all_differences, fix=fix)
    for section in SECTIONS.values():
        yield from section(fix=fix)


def compared(part: Part, *, fix: bool) -> list[str]:
    with snapshot():
        found = list(part())
    if found and fix:
        with transaction.atomic():
            found = list(part(fix=True))
        let_others_write()
    return found


def names(model: type[User | Named | GenreAlias], ids: list[int], *, fix: bool = False) -> Iterator[str]:
    rows: QuerySet[Any] = model.objects.filter(pk__in=ids).order_by("pk")
    yield from folded_texts(rows.select_for_update() if fix else rows, fix=fix)


def movies(ids: list[int], *, fix: bool = False) -> Iterator[str]:
    """Whatever is kept about these movies. The lock is that of their statistics, which every writer of them takes."""
    if fix:
        naming.keep_names()
        MovieStats.lock(ids)
    batch = list(Movie.objects.complete().filter(pk__in=ids).order_by("pk"))
    yield from statistics([movie.pk for movie in batch], fix=fix)
    yield from folded_texts(batch, fix=fix)
    yield from cover_lengths(batch, fix=fix)
    yield from directors(batch, fix=fix)
    yield from postings(batch, fix=fix)


def statistics(movie_ids: list[int], *, fix: bool) -> Iterator[str]:
    """What is counted about these movies, compared with their feedback."""
    kept = MovieStats.objects.in_bulk(movie_ids)
    expected = expected_counts(movie_ids)
    for movie_id in movie_ids:
        if movie_id not in kept:
            yield f"movie {movie_id}: has no statistics"
            stats = MovieStats(pk=movie_id, **expected[movie_id])
            wrong = list(COUNTS)
        else:
            stats = kept[movie_id]
            wrong = [name for name in COUNTS if getattr(stats, name) != expected[movie_id][name]]
        for name in wrong:
            if movie_id in kept:
                yield f"movie {movie_id}: {name} is {getattr(stats, name)}, should be {expected[movie_id][name]}"
            setattr(stats, name, expected[movie_id][name])
        if wrong and fix:
            stats.save()


def expected_counts(movie_ids: list[int]) -> dict[int, dict[str, int]]:
    """Movie id → what its statistics should be, counted from the feedback."""
    expected = {movie_id: dict.fromkeys(COUNTS, 0) for movie_id in movie_ids}
    for model, aggregates in AGGREGATES.items():
        rows = model.objects.filter(movie__in=movie_ids).order_by().values("movie").annotate(**aggregates)
        for row in rows:
            expected[row["movie"]].update({name: row[name] for name in aggregates})
    return expected


def directors(movies: list[Movie], *, fix: bool) -> Iterator[str]:
    """Lists of directors that do not begin with the movie's `director`, or are of another length than it says."""
    for movie in movies:
        listed = [link.director for link in movie.director_links.all()]
        expected = name_lists.led_by(movie.director, listed) if movie.director else []
        is_co_directed = len(expected) > 1
        if listed != expected:
            found, correct = (", ".join(map(str, names)) or "nobody" for names in (listed, expected))
            yield f"movie {movie.pk}: directors are {found}, should be {correct}"
        if movie.is_co_directed != is_co_directed:
            yield f"movie {movie.pk}: is_co_directed is {movie.is_co_directed}, should be {is_co_directed}"
        if fix and (listed != expected or movie.is_co_directed != is_co_directed):
            name_lists.set_directors(movie, expected)
            movie.refresh_from_db()  # and forgets the list that was read before


def cover_lengths(movies: list[Movie], *, fix: bool) -> Iterator[str]:
    """How long the covers are. Of one whose file is not there nothing can be said."""
    for movie in movies:
        expected = 0
        if movie.cover_image:
            expected = movie.cover_bytes
            with suppress(OSError):
                expected = default_storage.size(str(movie.cover_image.name))
        if movie.cover_bytes != expected:
            yield f"movie {movie.pk}: cover_bytes is {movie.cover_bytes}, should be {expected}"
            if fix:
                Movie.objects.filter(pk=movie.pk).update(cover_bytes=expected)


def folded_texts(rows: Iterable[User | Movie | Named | GenreAlias], *, fix: bool) -> Iterator[str]:
    """Folded texts that are not those of the fields they are folded from."""
    for row in rows:
        for field in row._meta.concrete_fields:
            if isinstance(field, FoldedField):
                key, expected = getattr(row, field.attname), field.folded(getattr(row, field.of))
                if key != expected:
                    yield f"{row._meta.model_name} {row.pk}: {field.name} is {key!r}, should be {expected!r}"
                    if fix:
                        row.save(update_fields=[field.name])


def postings(movies: list[Movie], *, fix: bool) -> Iterator[str]:
    """To be called after `statistics`, which mends what popularity is computed from."""
    flaws = list(search.flaws(movies))
    for movie, flaw in flaws:
        yield f"movie {movie.pk}: {flaw}"
    if flaws and fix:
        search.add_word_counts(search.index_batch([movie for movie, _ in flaws]))
