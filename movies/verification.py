"""Recomputing everything that is kept beside what it is computed from, and comparing."""

from collections.abc import Callable, Iterable, Iterator

from django.db import transaction

from movies import search, tallies
from movies.models import Director, Genre, Movie, MovieStats
from movies.models.feedback import AGGREGATES
from rest.chunks import chunks
from rest.database.text import fold_case

BATCH = 1000  # rows
COUNTS = [name for aggregates in AGGREGATES.values() for name in aggregates]  # the columns of MovieStats


def differences(advance: Callable[[int], object] = lambda n: None, *, fix: bool = False) -> Iterator[str]:
    """Every difference as a sentence; `fix` also mends it. `advance` hears how many movies each finished batch has."""
    yield from folded_texts(Director.objects.order_by("pk").iterator(chunk_size=BATCH), "name", fix=fix)
    yield from folded_texts(Genre.objects.order_by("pk").iterator(chunk_size=BATCH), "name", fix=fix)
    for batch in chunks(Movie.objects.complete().order_by("pk").iterator(chunk_size=BATCH), BATCH):
        with transaction.atomic():
            yield from statistics([movie.pk for movie in batch], fix=fix)
            yield from folded_texts(batch, "title", fix=fix)
            yield from postings(batch, fix=fix)
        advance(len(batch))
    yield from search.wrong_counts(fix=fix)
    yield from tallies.all_differences(fix=fix)


def statistics(movie_ids: list[int], *, fix: bool) -> Iterator[str]:
    """What is counted about these movies, compared with their feedback."""
    # The lock keeps likes and ratings that arrive meanwhile from looking like differences.
    kept = {stats.pk: stats for stats in MovieStats.objects.select_for_update().filter(pk__in=movie_ids).order_by("pk")}
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


def folded_texts(rows: Iterable[Movie | Director | Genre], name: str, *, fix: bool) -> Iterator[str]:
    """Folded texts that are not those of the field `name`."""
    for row in rows:
        key, expected = getattr(row, f"{name}_key"), fold_case(getattr(row, name))
        if key != expected:
            yield f"{row._meta.model_name} {row.pk}: {name}_key is {key!r}, should be {expected!r}"
            if fix:
                row.save(update_fields=[f"{name}_key"])


def postings(movies: list[Movie], *, fix: bool) -> Iterator[str]:
    """To be called after `statistics`, which mends what popularity is computed from."""
    flaws = list(search.flaws(movies))
    for movie, flaw in flaws:
        yield f"movie {movie.pk}: {flaw}"
    if flaws and fix:
        search.add_word_counts(search.index_batch([movie for movie, _ in flaws]))
