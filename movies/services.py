"""What changes several rows at once: movies with their directors, genres and search postings, feedback with its counts.

Each function is one transaction. Whatever is counted in MovieStats changes under the lock of that row, which is taken
before any other row of the movie, so that writers queue up instead of deadlocking.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import BigAutoField, F, QuerySet
from django.http import Http404
from rest_framework.exceptions import PermissionDenied

from accounts.models import User
from accounts.services import comments_are_hidden
from metrics import quotas
from movies import covers, mail, name_lists, naming, problems, reactions, search, tallies
from movies.models import Comment, Favorite, Like, Movie, MovieGenre, MovieStats, Rating
from movies.models.feedback import AGGREGATES, Feedback
from movies.models.search import popularity_level
from rest.database.text import folded_fields


def lock(movie: Movie) -> MovieStats:
    """The movie's statistics, locked until the transaction ends. Raises Http404 when the movie has just gone."""
    return or_404(MovieStats.objects.select_for_update().filter(movie=movie).first())


def hold(*, movie_id: int, by: User) -> None:
    """Takes the locks of whatever changes the movie and its feedback, in the order in which the changes take them.

    Until the transaction ends the movie stays as it is, with its counts and the names of its directors and genres.
    """
    quotas.wait_for_account(by)
    naming.keep_names()
    MovieStats.lock([movie_id])


Result = TypeVar("Result")


def or_404(result: Result | None) -> Result:
    """The result of what gives None when there is no such movie. Raises Http404 for None."""
    if result is None:
        raise Http404("No Movie matches the given query.")
    return result


def valid_id_or_404(movie_id: int) -> int:
    """The id, which the database can hold. Raises Http404 for a larger number."""
    return or_404(movie_id if movie_id <= BigAutoField.MAX_BIGINT else None)


# --- Movies ---------------------------------------------------------------------------------------------------------


COLUMNS = {field.name for field in Movie.edited_fields()}
PLAIN_COLUMNS = COLUMNS - {"director", "cover_image"}
NAMED = {"director", "director_list", "genre_list"}


def add_movie(*, by: User | None, has_quotas: bool = True, **fields: Any) -> Movie:
    """Adds a movie, makes it searchable, and puts the creator's mail in the outbox.

    Raises QuotaReached or StorageFull where the creator has quotas, unless `has_quotas` is false: staff adds it.
    """
    movie = Movie(user=by)
    with covers.stored(movie, fields) as fields:
        if has_quotas:
            quotas.take_of_day(by, "movies", settings.QUOTA_MOVIES_A_DAY)
            require_room_for_cover(movie, by, fields)
        keep_names(fields)
        counted = write_movie(movie, fields)
        MovieStats.objects.create(movie=movie)
        counted_words = reindexed(movie)
        set_favorite(movie=movie, user=by, wanted=fields.get("favorite"))
        mail.announce_movie(movie)
        counted.update(tallies.of_movies([movie.pk]))
        search.add_word_counts(counted_words)
        tallies.add(counted)
    return movie


def change_movie(*, movie: Movie, by: User | None, **fields: Any) -> Movie:
    """Changes what is given of a movie; a given list of directors or genres replaces the old one.

    Only these columns are written: the others may have been changed since `movie` was read. Raises StorageFull for a
    cover where whoever changes it (nobody: staff in the admin) has quotas.
    """
    columns = {"updated_at", *(COLUMNS & fields.keys()), *(field.name for field in folded_fields(Movie, of=fields))}
    columns |= name_lists.DIRECTOR_COLUMNS if fields.keys() & {"director", "director_list"} else set()
    columns |= {"cover_bytes"} if "cover_image" in fields else set()
    with covers.stored(movie, fields) as fields:
        require_room_for_cover(movie, by, fields)
        keep_names(fields)
        lock(movie)
        movie.refresh_from_db(fields=["cover_image"])
        counted = write_movie(movie, fields, columns)
        counted_words = reindexed(movie)
        set_favorite(movie=movie, user=by, wanted=fields.get("favorite"))
        search.add_word_counts(counted_words)
        tallies.add(counted)
    return movie


def require_room_for_cover(movie: Movie, by: User | None, fields: dict[str, Any]) -> None:
    """Raises StorageFull where `by` has quotas, and the cover that is given is beyond them."""
    if by is not None and quotas.has_quotas(by) and fields.get("cover_bytes"):
        covers.require_room(movie, by, fields["cover_bytes"])


def keep_names(fields: Collection[str]) -> None:
    """Keeps the names of directors and genres as they are, where the fields have any."""
    if NAMED & set(fields):
        naming.keep_names()


def write_movie(movie: Movie, fields: dict[str, Any], columns: set[str] | None = None) -> tallies.Differences:
    """Writes what is given, and returns what it changes in the tallies of the genres."""
    for name in PLAIN_COLUMNS & fields.keys():
        setattr(movie, name, fields[name])
    directors = name_lists.directors_of(movie, fields)
    if directors is not None:
        name_lists.keep_first(movie, directors)
    if "cover_image" in fields:
        covers.replace(movie, fields["cover_image"], fields.get("cover_bytes", 0))
    movie.save(update_fields=columns)
    if directors is not None:
        name_lists.write_directors(movie, directors)
    return name_lists.write_genres(movie, fields["genre_list"]) if "genre_list" in fields else tallies.Differences()


def reindexed(movie: Movie) -> Counter[int]:
    """Brings the movie's postings up to date, and returns what `search.add_word_counts` has to be told in the end."""
    return search.index_batch(list(Movie.objects.filter(pk=movie.pk).complete()))


@transaction.atomic
def delete_movie(*, movie: Movie) -> None:
    """Raises Http404 when the movie has just gone."""
    lock(movie)
    delete_movies(movie_ids=[movie.pk])


@transaction.atomic
def delete_movies(*, movie_ids: Collection[int]) -> int:
    """Deletes those of these movies that are there, as many as one transaction may hold; how many there were."""
    MovieStats.lock(movie_ids)
    names = dict(Movie.objects.filter(pk__in=movie_ids).values_list("pk", "cover_image"))
    for name in filter(None, names.values()):
        covers.discard(name)
    links = MovieGenre.objects.filter(movie__in=names)
    counted = tallies.of_genres(links.values_list("genre", flat=True), sign=-1)
    counted.update(tallies.of_movies(names, sign=-1))
    counted_words = search.words_taken_with(names)
    Movie.objects.filter(pk__in=names).delete()
    search.add_word_counts(counted_words)
    tallies.add(counted)
    return len(names)


# --- Feedback -------------------------------------------------------------------------------------------------------


class CannotRate(PermissionDenied):
    default_detail = "Nobody rates a movie that they added, nor adds a second rating."
    default_code = problems.CANNOT_RATE


def rate(*, movie_id: int, user: User, half_stars: int, only_once: bool = False) -> tuple[Rating, bool]:
    """Creates or replaces the user's rating: (the rating, whether it is new).

    Raises CannotRate for a movie that the user added and, with `only_once`, where there is a rating already.
    """
    try:
        rated = reactions.rate(valid_id_or_404(movie_id), user, half_stars, only_once=only_once)
    except reactions.RatingNotAllowed as error:
        raise CannotRate from error
    return or_404(rated)


@transaction.atomic
def remove_rating(*, movie: Movie, user: User) -> bool:
    """Takes the user's rating back; whether there was one."""
    stats = lock(movie)
    rating = Rating.objects.filter(movie=movie, user=user).first()
    if rating is None:
        return False
    rating.delete()
    count(stats, ratings_sum=-rating.half_stars, ratings_count=-1)
    return True


@dataclass(frozen=True)
class Mark:
    """A like or favourite after a request about it: `count` is how many the movie has now."""

    is_set: bool
    has_changed: bool
    count: int


def set_mark(mark: type[Like] | type[Favorite], *, movie_id: int, user: User, wanted: bool | None) -> Mark:
    """Sets or clears a like or favourite, or toggles it (`wanted` None)."""
    change = or_404(reactions.set_mark(mark, valid_id_or_404(movie_id), user, wanted))
    is_set = wanted if wanted is not None else change.difference == 1
    return Mark(is_set=is_set, has_changed=change.difference != 0, count=change.total)


def set_favorite(*, movie: Movie, user: User | None, wanted: bool | None) -> None:
    """Sets or clears a favourite where the request said so (`wanted` is not None)."""
    if user is not None and wanted is not None:
        set_mark(Favorite, movie_id=movie.pk, user=user, wanted=wanted)


@transaction.atomic
def comment(*, movie: Movie, user: User, text: str) -> Comment:
    """Raises QuotaReached where the user has written as many comments in a day as an account may."""
    quotas.take_of_day(user, "comments", settings.QUOTA_COMMENTS_A_DAY)
    """A new comment, hidden where all of the user's are. Raises TokenNotValid when the account has just gone."""
    stats = lock(movie)
    is_hidden = comments_are_hidden(user)
    if not is_hidden:
        count(stats, comments_count=1)
    return Comment.objects.create(movie=movie, user=user, text=text, is_hidden=is_hidden)


@transaction.atomic
def remove_comment(*, comment: Comment) -> None:
    stats = lock(comment.movie)
    take_out(Comment.objects.filter(pk=comment.pk), {stats.pk: stats})


def count(stats: MovieStats, **differences: int) -> None:
    """Adds the differences in the database and to `stats`, which is locked; search hears of another popularity."""
    MovieStats.objects.filter(pk=stats.pk).update(**{name: F(name) + value for name, value in differences.items()})
    before = popularity_level(stats)
    for name, value in differences.items():
        setattr(stats, name, getattr(stats, name) + value)
    if popularity_level(stats) != before:
        search.set_popularity(stats.pk, popularity_level(stats))


def forget_user_of_account(*, user: User, **signal: Any) -> None:
    """What accounts call when an account goes (`accounts.signals.account_deleting`)."""
    forget_user(user=user)


@transaction.atomic
def forget_user(*, user: User) -> None:
    """Removes all feedback of a user, and takes it out of the counts."""
    touched = {pk for model in AGGREGATES for pk in model.objects.by(user).order_by().values_list("movie", flat=True)}
    # All locks first and in the order of the ids: two departures at once must not wait for each other in a circle.
    locked = MovieStats.objects.select_for_update().filter(pk__in=touched).order_by("pk").in_bulk()
    for model in AGGREGATES:
        # Only where we hold the lock: what has arrived elsewhere meanwhile stays, and protects the account.
        take_out(model.objects.by(user).filter(movie__in=touched), locked)


@transaction.atomic
def remove_feedback(*, model: type[Feedback], ids: Collection[int]) -> int:
    """Removes those of these rows that are there, and takes them out of the counts; how many there were."""
    chosen = model.objects.filter(pk__in=ids)
    touched = set(chosen.order_by().values_list("movie", flat=True))
    locked = MovieStats.objects.select_for_update().filter(pk__in=touched).order_by("pk").in_bulk()
    return take_out(chosen, locked)


def take_out(feedback: QuerySet[Any], locked: dict[int, MovieStats]) -> int:
    """Deletes the rows and counts them off. `locked` are the statistics of their movies."""
    aggregates = AGGREGATES[feedback.model]
    for row in feedback.order_by().values("movie").annotate(**aggregates):
        count(locked[row["movie"]], **{name: -row[name] for name in aggregates})
    _, deleted = feedback.delete()
    return deleted.get(feedback.model._meta.label, 0)
