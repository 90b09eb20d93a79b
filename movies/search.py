"""Search: a vocabulary with its misspellings, postings, and a ranking. The same on both databases.

A query's words are looked up in the vocabulary first: exact; the last one, still being typed, as a prefix too; and
only where that finds nothing, the nearest spellings. The big tables are then touched with exact words alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from math import sqrt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, Max, OuterRef, Subquery, Sum, When
from django.db.models.functions import Coalesce, Length

from config.text import words
from movies.models.search import MAX_WORD, SearchPosting, SearchSpelling, SearchWord

if TYPE_CHECKING:
    from movies.models import Movie
    from movies.querysets import MovieQuerySet

TITLE_WEIGHT, DIRECTOR_WEIGHT, GENRE_WEIGHT = 1000, 400, 200
EXACT, PREFIX, MISSPELLED = 10, 7, 5  # how much a match of that kind counts
MAX_QUERY_WORDS = 12
MAX_ALTERNATIVES = 200  # vocabulary words that one word of the query may stand for
SHORTEST_MISSPELLED = 3  # below that every word is a neighbour of every other
BATCH = 2000

Alternatives = dict[int, int]  # word id → how well it matches


def deletions(word: str) -> set[str]:
    """`word` and every text that is `word` less one letter.

    Two words have one of these in common exactly if they are one insertion, deletion, substitution or transposition
    of neighbours apart (and a few more pairs, which is welcome).
    """
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


# --- The index ------------------------------------------------------------------------------------------------------


def weighted_words(movie: "Movie") -> dict[str, int]:
    """Word → weight. The fewer words a text has, the more each of them says."""
    weights: dict[str, int] = defaultdict(int)
    texts = [(movie.title, TITLE_WEIGHT)]
    texts += [(movie.director.name, DIRECTOR_WEIGHT)] if movie.director else []
    texts += [(genre.name, GENRE_WEIGHT) for genre in movie.genre_list]
    for text, weight in texts:
        found = words(text)
        for word in {word[:MAX_WORD] for word in found}:
            weights[word] += round(weight / sqrt(len(found)))
    return weights


@transaction.atomic
def index(movies: "MovieQuerySet") -> None:
    """Brings the postings of `movies` up to date."""
    batches = movies.complete().order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(batches, BATCH)):
        index_batch(batch)


def index_batch(movies: list["Movie"], *, are_new: bool = False) -> None:
    """Replaces the postings of `movies`, whose directors and genres are loaded. `are_new`: there are none yet."""
    weights = {movie.pk: weighted_words(movie) for movie in movies}
    word_ids = vocabulary({word for of_movie in weights.values() for word in of_movie})
    if not are_new:
        SearchPosting.objects.filter(movie__in=weights).delete()
    SearchPosting.objects.bulk_create(
        (
            SearchPosting(movie_id=movie_id, word_id=word_ids[word], weight=weight)
            for movie_id, of_movie in weights.items()
            for word, weight in of_movie.items()
        ),
        batch_size=BATCH,
    )


def vocabulary(texts: set[str]) -> dict[str, int]:
    """Word → id, of words that are in the vocabulary from then on."""
    known = known_words(texts)
    # Sorted, so that two writers with new words in common wait for each other instead of deadlocking.
    new = sorted(texts - known.keys())
    if new:
        SearchWord.objects.bulk_create((SearchWord(text=text) for text in new), ignore_conflicts=True, batch_size=BATCH)
        added = known_words(set(new))
        SearchSpelling.objects.bulk_create(
            (
                SearchSpelling(text=spelling, word_id=added[text])
                for text in new
                for spelling in sorted(deletions(text))
            ),
            ignore_conflicts=True,
            batch_size=BATCH,
        )
        known |= added
    return known


def known_words(texts: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    remaining = iter(sorted(texts))
    while batch := list(islice(remaining, BATCH)):
        found |= dict(SearchWord.objects.filter(text__in=batch).values_list("text", "pk"))
    return found


def stale(movies: Iterable["Movie"]) -> Iterator["Movie"]:
    """Those of `movies` (complete, at most a batch) whose postings are not what their texts say."""
    movies = list(movies)
    indexed: dict[int, dict[str, int]] = defaultdict(dict)
    postings = SearchPosting.objects.filter(movie__in=[movie.pk for movie in movies])
    for movie_id, word, weight in postings.values_list("movie", "word__text", "weight"):
        indexed[movie_id][word] = weight
    return (movie for movie in movies if indexed[movie.pk] != weighted_words(movie))


# --- The query ------------------------------------------------------------------------------------------------------


def search(movies: "MovieQuerySet", text: str) -> "MovieQuerySet":
    """Those of `movies` that match `text`, best first: by relevance, then by popularity.

    All words of the text have to match; where no movie has all of them, misspelled or not, those with most of them.
    """
    query = [part for word in words(text)[:MAX_QUERY_WORDS] for part in parted(word[:MAX_WORD])]
    strict = [lookup(word, is_last=position == len(query)) for position, word in enumerate(query, start=1)]
    for alternatives in (strict, [misspelled(word) | found for word, found in zip(query, strict, strict=True)]):
        matching = with_all(movies, alternatives)
        if matching.exists():
            return ranked(matching, alternatives)
    return ranked(with_any(movies, alternatives), alternatives, most_words_first=True)


def parted(word: str) -> list[str]:
    """Two words that were typed as one, without the space or with a letter in its place; else the word as it is."""
    cuts = [(word[:i], word[i + gap :]) for i in range(1, len(word)) for gap in (0, 1) if word[i + gap :]]
    known = known_words({word} | {part for cut in cuts for part in cut}) if cuts else {}
    if word in known or SearchWord.objects.filter(text__startswith=word).exists() or misspelled(word):
        return [word]
    whole = [cut for cut in cuts if cut[0] in known and cut[1] in known]
    # Of several cuts the one whose shorter part is longest: "the whale" rather than "t hewhale".
    return list(max(whole, key=lambda cut: (min(map(len, cut)), len("".join(cut))))) if whole else [word]


def lookup(word: str, *, is_last: bool) -> Alternatives:
    """What `word` stands for: itself, words that begin with it if it is the last, else its nearest spellings."""
    found = dict.fromkeys(SearchWord.objects.filter(text=word).values_list("pk", flat=True), EXACT)
    if is_last:
        longer = SearchWord.objects.filter(text__startswith=word).order_by(Length("text"), "text")
        found = dict.fromkeys(longer.values_list("pk", flat=True)[:MAX_ALTERNATIVES], PREFIX) | found
    return found or misspelled(word)


def misspelled(word: str) -> Alternatives:
    if len(word) < SHORTEST_MISSPELLED:
        return {}
    near = SearchSpelling.objects.filter(text__in=deletions(word)).order_by("word").values_list("word", flat=True)
    return dict.fromkeys(near.distinct()[:MAX_ALTERNATIVES], MISSPELLED)


def with_all(movies: "MovieQuerySet", query: list[Alternatives]) -> "MovieQuerySet":
    if not query or not all(query):
        return movies.none()
    for alternatives in query:
        movies = movies.filter(pk__in=SearchPosting.objects.filter(word__in=list(alternatives)).values("movie"))
    return movies


def with_any(movies: "MovieQuerySet", query: list[Alternatives]) -> "MovieQuerySet":
    every = [word_id for alternatives in query for word_id in alternatives]
    return movies.filter(pk__in=SearchPosting.objects.filter(word__in=every).values("movie"))


def ranked(movies: "MovieQuerySet", query: list[Alternatives], *, most_words_first: bool = False) -> "MovieQuerySet":
    """`movies` by the sum of their postings' weights, each times how well its word matches."""
    quality: dict[int, int] = {}
    for alternatives in query:
        for word_id, match in alternatives.items():
            quality[word_id] = max(match, quality.get(word_id, 0))
    by_match: dict[int, list[int]] = defaultdict(list)
    for word_id, match in quality.items():
        by_match[match].append(word_id)
    if not quality:
        return movies.none()
    postings = SearchPosting.objects.filter(movie=OuterRef("pk"), word__in=list(quality)).values("movie")
    weight = Case(*(When(word__in=ids, then=F("weight") * match) for match, ids in by_match.items()))
    popularity = F("stats__favorites_count") + F("stats__likes_count") + F("stats__ratings_count")
    ranking = {"relevance": Subquery(postings.annotate(n=Sum(weight)).values("n"))}
    if most_words_first:
        # A word of the query counts once, however many of its spellings a movie has.
        has_word = [Max(Case(When(word__in=list(found), then=1), default=0)) for found in query if found]
        ranking["matched"] = Subquery(postings.annotate(n=sum(has_word[1:], start=has_word[0])).values("n"))
    order = ["-matched", "-relevance"] if most_words_first else ["-relevance"]
    return movies.annotate(**ranking, popularity=Coalesce(popularity, 0)).order_by(*order, "-popularity", "-pk")
