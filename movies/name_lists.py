"""A movie's lists of names, its directors and its genres, in their order: what services write, in their transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework.exceptions import ValidationError

from movies import tallies
from movies.models import Director, Genre, Movie, MovieDirector, MovieGenre
from rest.database.text import fold_case

Reference = Any  # a Director or Genre, or the name of one that may be new
DIRECTOR_COLUMNS = {"director", "is_co_directed"}  # what the movie itself has of its list of directors


def directors_of(movie: Movie, fields: dict[str, Any]) -> list[Director] | None:
    """The directors that the fields ask for; None where they leave them as they are.

    A `director` alone is the first one. Whoever sends it may not have been shown the others, so these stay: one of them
    comes to the front, somebody else takes the place of the first. None is nobody at all.
    """
    if "director_list" in fields:
        return resolved(Director, fields["director_list"])
    if "director" not in fields:
        return None
    if fields["director"] is None:
        return []
    [first] = resolved(Director, [fields["director"]])
    if movie.pk is None:  # of which the database would think that it has everybody who directed nothing
        return [first]
    return led_by(first, Director.objects.filter(movie_links__movie=movie.pk).order_by("movie_links__id"))


def led_by(first: Director, present: Iterable[Director]) -> list[Director]:
    """The directors `present` with another first one."""
    others = [director for director in present if director != first]
    return [first, *(others if first in present else others[1:])]


def set_directors(movie: Movie, directors: Sequence[Director]) -> None:
    """Writes the list, and what the movie itself has of it."""
    keep_first(movie, directors)
    movie.save(update_fields=DIRECTOR_COLUMNS)
    write_directors(movie, directors)


def keep_first(movie: Movie, directors: Sequence[Director]) -> None:
    movie.director, movie.is_co_directed = next(iter(directors), None), len(directors) > 1


def write_directors(movie: Movie, directors: Iterable[Director]) -> None:
    movie.director_links.all().delete()
    MovieDirector.objects.bulk_create(MovieDirector(movie=movie, director=director) for director in directors)


def write_genres(movie: Movie, references: Iterable[Reference]) -> tallies.Differences:
    genres = resolved(Genre, references)
    counted = genres_taken_from(movie)
    movie.genre_links.all().delete()
    MovieGenre.objects.bulk_create(MovieGenre(movie=movie, genre=genre) for genre in genres)
    counted.update(tallies.of_genres(genre.pk for genre in genres))
    return counted


def genres_taken_from(movie: Movie) -> tallies.Differences:
    return tallies.of_genres(movie.genre_links.values_list("genre", flat=True), sign=-1)


def resolved(model: type[Director] | type[Genre], references: Iterable[Reference]) -> list[Any]:
    """The directors or genres once each, in their order. Those of new names are created.

    To be called once the names are kept. Raises ValidationError where a row that is given has just gone.
    """
    references = list(references)
    given = {reference.pk for reference in references if not isinstance(reference, str)}
    if given and model.objects.filter(pk__in=given).count() < len(given):
        raise ValidationError(f"A {model._meta.verbose_name} that was chosen has just been deleted.")
    names = dict.fromkeys(reference for reference in references if isinstance(reference, str))
    # Sorted, so that two writers with new names in common wait for each other instead of deadlocking.
    usual = sorted(model.objects.usual_names(names).items(), key=lambda names: fold_case(names[1]))
    by_name = {name: model.objects.get_or_create_named(usual_name) for name, usual_name in usual}
    rows = [by_name[reference] if isinstance(reference, str) else reference for reference in references]
    return list({row.pk: row for row in rows}.values())
