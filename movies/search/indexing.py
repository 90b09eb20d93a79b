"""Keeping the postings: which words each movie has, how much of it they are, and how popular it is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from math import sqrt
from typing import Protocol

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from movies.models import GenreAlias, Movie, MovieStats
from movies.models.alias import Aliases
from movies.models.search import SearchPosting, SearchWord, popularity_level
from movies.querysets import MovieQuerySet
from movies.search.tokens import indexed_words
from movies.search.vocabulary import BATCH, add_word_counts, get_or_create_words
from rest.chunks import id_batches
from rest.database.text import fold_case

TITLE_WEIGHT, DIRECTOR_WEIGHT, GENRE_WEIGHT, YEAR_WEIGHT = 1000, 400, 200, 100


class HasName(Protocol):
    @property
    def name(self) -> str: ...


class HasTexts(Protocol):
    """What search reads of a movie."""

    @property
    def title(self) -> str: ...
    @property
    def release_date(self) -> date | None: ...
    @property
    def director_list(self) -> Sequence[HasName]: ...
    @property
    def genre_list(self) -> Sequence[HasName]: ...


def weighted_words(movie: HasTexts, aliases: Aliases | None = None) -> dict[str, int]:
    """Word → weight. The fewer words a text has, the more each of them says; the year of release says which film.

    `aliases` are those of the genres, where they have been read already.
    """
    aliases = GenreAlias.objects.by_genre() if aliases is None else aliases
    weights: dict[str, int] = defaultdict(int)
    texts = [(indexed_words(movie.title), TITLE_WEIGHT)]
    texts += [(indexed_words(director.name), DIRECTOR_WEIGHT) for director in movie.director_list]
    texts += [(words_of_genre(genre.name, aliases), GENRE_WEIGHT) for genre in movie.genre_list]
    for words, weight in texts:
        for word, length in words.items():
            weights[word] += round(weight / sqrt(length))
    if movie.release_date:
        weights[str(movie.release_date.year)] += YEAR_WEIGHT
    return weights


def words_of_genre(name: str, aliases: Aliases) -> dict[str, int]:
    """The words of its name, and those that only its other names have."""
    words = indexed_words(name)
    for alias in aliases.get(fold_case(name), ()):
        words = indexed_words(alias) | words
    return words


def index(movies: MovieQuerySet) -> None:
    """Brings the postings of `movies` up to date, and the numbers of movies of their words."""
    index_ids(id_batches(movies, BATCH))


@transaction.atomic
def index_ids(batches: Iterable[list[int]]) -> None:
    """The same for the movies of these ids.

    Each movie is locked before it is read: else a title that is changed meanwhile would be indexed as it was.
    """
    differences: Counter[int] = Counter()
    for ids in batches:
        MovieStats.lock(ids)
        batch = Movie.objects.complete().filter(pk__in=ids).order_by("pk")
        differences.update(index_batch(list(batch)))
    add_word_counts(differences)


def index_batch(movies: list[Movie]) -> Counter[int]:
    """Brings the postings of `movies` (complete) up to date, and returns what `add_word_counts` has to be told.

    That is: word id → how many movies more have it. Popularity is read under the lock of the movies' statistics.
    """
    levels = levels_of(movies, MovieStats.objects.select_for_update())
    indexed = postings_of(movies)
    aliases = GenreAlias.objects.by_genre()
    weights = {movie.pk: weighted_words(movie, aliases) for movie in movies}
    outdated = {
        pk: of_movie
        for pk, of_movie in weights.items()
        if {text: (weight, levels[pk]) for text, weight in of_movie.items()}
        != {text: (posting.weight, posting.popularity) for text, posting in indexed[pk].items()}
    }
    word_ids = get_or_create_words({text for of_movie in outdated.values() for text in of_movie})
    differences = Counter(word_ids[text] for of_movie in outdated.values() for text in of_movie)
    differences.subtract(posting.word_id for pk in outdated for posting in indexed[pk].values())
    SearchPosting.objects.filter(movie__in=[pk for pk in outdated if indexed[pk]]).delete()
    SearchPosting.objects.bulk_create(
        (
            SearchPosting(movie_id=pk, word_id=word_ids[text], weight=weight, popularity=levels[pk])
            for pk, of_movie in outdated.items()
            for text, weight in of_movie.items()
        ),
        batch_size=BATCH,
    )
    return differences


def levels_of(movies: Iterable[Movie], statistics: QuerySet[MovieStats]) -> dict[int, int]:
    """Movie id → level of popularity; 0 without statistics."""
    levels = {movie.pk: 0 for movie in movies}
    stats = statistics.filter(pk__in=levels).order_by("pk")
    return levels | {of_movie.pk: popularity_level(of_movie) for of_movie in stats}


def postings_of(movies: Iterable[Movie]) -> dict[int, dict[str, SearchPosting]]:
    """Movie id → word → posting."""
    found: dict[int, dict[str, SearchPosting]] = {movie.pk: {} for movie in movies}
    for posting in SearchPosting.objects.filter(movie__in=found).select_related("word"):
        found[posting.movie_id][posting.word.text] = posting
    return found


def words_taken_with(movie_ids: Collection[int]) -> Counter[int]:
    """What `add_word_counts` has to be told when these movies are deleted."""
    differences: Counter[int] = Counter()
    differences.subtract(SearchPosting.objects.filter(movie__in=movie_ids).values_list("word", flat=True))
    return differences


def set_popularity(movie_id: int, level: int) -> None:
    SearchPosting.objects.filter(movie=movie_id).update(popularity=level)


# --- Verification ---------------------------------------------------------------------------------------------------


def flaws(movies: list[Movie]) -> Iterator[tuple[Movie, str]]:
    """Those of `movies` (complete, at most a batch) whose postings are not what they should be, and what is wrong."""
    levels, indexed = levels_of(movies, MovieStats.objects.all()), postings_of(movies)
    aliases = GenreAlias.objects.by_genre()
    for movie in movies:
        postings, level = indexed[movie.pk], levels[movie.pk]
        popularity = {posting.popularity for posting in postings.values()}
        if {text: posting.weight for text, posting in postings.items()} != weighted_words(movie, aliases):
            yield movie, "the search index does not match its texts"
        elif popularity - {level}:
            kept = " and ".join(map(str, sorted(popularity)))
            yield movie, f"popularity in the search index is {kept}, should be {level}"


@transaction.atomic
def wrong_counts(*, fix: bool = False) -> list[str]:
    """Every word whose number of movies is not that of its postings, as a sentence; `fix` also mends it.

    Both numbers are read in one statement and what is missing is added, so that nobody has to wait meanwhile.
    """
    postings = SearchPosting.objects.filter(word=OuterRef("pk")).order_by().values("word")
    true = Coalesce(Subquery(postings.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
    wrong = SearchWord.objects.annotate(true=true).exclude(movies_count=F("true")).order_by("pk")
    found = list(wrong.values_list("pk", "text", "movies_count", "true"))
    if fix:
        add_word_counts(Counter({pk: true - kept for pk, _, kept, true in found}))
    return [f"word {text!r}: movies_count is {kept}, should be {true}" for _, text, kept, true in found]
