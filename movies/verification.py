"""Recomputing everything that is kept beside what it is computed from, and comparing."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.db import transaction

from movies import search, tallies
from movies.models import Director, Genre, Movie, MovieStats
from movies.models.feedback import TALLIES
from rest.database.text import fold_case

BATCH = 1000
COUNTED = [name for tallies in TALLIES.values() for name in tallies]


def batches(advance: Callable[[int], object]) -> Iterator[list[Movie]]:
    """All movies, complete, by id."""
    movies = Movie.objects.complete().order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(movies, BATCH)):
        yield batch
        advance(len(batch))


def differences(advance: Callable[[int], object] = lambda n: None, *, fix: bool = False) -> Iterator[str]:
    """Every difference as a sentence; `fix` also mends it. `advance` hears of each batch of movies done."""
    yield from keys(Director.objects.order_by("pk").iterator(chunk_size=BATCH), "name", fix=fix)
    yield from keys(Genre.objects.order_by("pk").iterator(chunk_size=BATCH), "name", fix=fix)
    for batch in batches(advance):
        with transaction.atomic():
            yield from counts([movie.pk for movie in batch], fix=fix)
            yield from keys(batch, "title", fix=fix)
            yield from postings(batch, fix=fix)
    yield from search.wrong_counts(fix=fix)
    yield from tallies.all_differences(fix=fix)


def counts(movie_ids: list[int], *, fix: bool) -> Iterator[str]:
    # The lock keeps likes and ratings that arrive meanwhile from looking like differences.
    kept = {stats.pk: stats for stats in MovieStats.objects.select_for_update().filter(pk__in=movie_ids).order_by("pk")}
    true = counted(movie_ids)
    for movie_id in movie_ids:
        if movie_id not in kept:
            yield f"movie {movie_id}: has no statistics"
            stats = MovieStats(pk=movie_id, **true[movie_id])
            wrong = list(COUNTED)
        else:
            stats = kept[movie_id]
            wrong = [name for name in COUNTED if getattr(stats, name) != true[movie_id][name]]
        for name in wrong:
            if movie_id in kept:
                yield f"movie {movie_id}: {name} is {getattr(stats, name)}, should be {true[movie_id][name]}"
            setattr(stats, name, true[movie_id][name])
        if wrong and fix:
            stats.save()


def counted(movie_ids: list[int]) -> dict[int, dict[str, int]]:
    """What the statistics of these movies should be, counted from the tables."""
    true = {movie_id: dict.fromkeys(COUNTED, 0) for movie_id in movie_ids}
    for model, aggregates in TALLIES.items():
        rows = model.objects.filter(movie__in=movie_ids).order_by().values("movie").annotate(**aggregates)
        for row in rows:
            true[row.pop("movie")].update(row)
    return true


def keys(rows: Iterable[Movie | Director | Genre], name: str, *, fix: bool) -> Iterator[str]:
    """Folded names that do not match their names."""
    for row in rows:
        key, true = getattr(row, f"{name}_key"), fold_case(getattr(row, name))
        if key != true:
            yield f"{row._meta.model_name} {row.pk}: {name}_key is {key!r}, should be {true!r}"
            if fix:
                row.save(update_fields=[f"{name}_key"])


def postings(movies: list[Movie], *, fix: bool) -> Iterator[str]:
    """After `counts`, because it locks what popularity is computed from."""
    flaws = list(search.flaws(movies))
    for movie, flaw in flaws:
        yield f"movie {movie.pk}: {flaw}"
    if flaws and fix:
        search.count_words(search.index_batch([movie for movie, _ in flaws]))
