"""The search postings of new movies: what `movies.search` would make of each, of very many at once."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from movies import search
from movies.importing import bulk
from movies.importing.rows import folded_name
from movies.models import SearchPosting, SearchSpelling, SearchWord
from movies.models.alias import Aliases
from movies.search import vocabulary

MAX_REMEMBERED = 100_000  # words
Weights = dict[str, int]


class Name(NamedTuple):
    name: str


class Texts(NamedTuple):
    """What search reads of a movie, of which it knows only that."""

    title: str
    release_date: date | None = None
    director_list: tuple[Name, ...] = ()
    genre_list: tuple[Name, ...] = ()


@lru_cache(maxsize=10_000)
def of_director(name: str) -> Weights:
    return search.weighted_words(Texts("", director_list=(Name(name),)), {})


@lru_cache(maxsize=1_000)
def of_genre(name: str, aliases: tuple[str, ...]) -> Weights:
    return search.weighted_words(Texts("", genre_list=(Name(name),)), {folded_name(name): aliases})


def weights(
    title: str, released: date | None, directors: Iterable[str], genres: Iterable[str], aliases: Aliases
) -> Weights:
    """Word → weight. The weights of a word in several texts are added, so each text's can be had by itself."""
    total = search.weighted_words(Texts(title, released), {})
    of_genres = (of_genre(name, tuple(aliases.get(folded_name(name), ()))) for name in genres)
    for of_text in chain(map(of_director, directors), of_genres):
        for word, weight in of_text.items():
            total[word] = total.get(word, 0) + weight
    return total


class WordIds:
    """Word → id, remembered for one import. After a batch that was rolled back it is wrong, and the import ends."""

    def __init__(self) -> None:
        self.remembered: dict[str, int] = {}

    def get_or_create(self, texts: set[str]) -> dict[str, int]:
        """The ids of (at least) those words. Those that the vocabulary lacks are created. To be called once a batch."""
        if len(self.remembered) > MAX_REMEMBERED:
            self.remembered.clear()
        unknown = texts - self.remembered.keys()
        self.remembered |= vocabulary.ids_of_words(unknown)
        # Sorted, so that an import and another writer with new words in common wait for each other instead of
        # deadlocking.
        self.remembered |= create_words(sorted(unknown - self.remembered.keys()))
        return self.remembered


def create_words(texts: list[str]) -> dict[str, int]:
    """The ids of these words, new ones or those that somebody else has just created, with the spellings."""
    new = dict(zip(texts, bulk.reserve_ids(SearchWord, len(texts)), strict=True))
    SearchWord.objects.bulk_create((SearchWord(pk=pk, text=text) for text, pk in new.items()), ignore_conflicts=True)
    created = vocabulary.ids_of_words(set(new))
    # Whoever creates a word creates its spellings in the same transaction.
    ours = [(pk, text) for text, pk in new.items() if created[text] == pk]
    bulk.insert(
        SearchSpelling,
        ["word", "text"],
        ((pk, spelling) for pk, text in ours for spelling in vocabulary.deletions(text)),
    )
    return created


def insert(of_movies: dict[int, Weights], known: WordIds) -> Counter[int]:
    """Inserts the postings (movie id → weights) and returns how many each word got: word id → number."""
    word_ids = known.get_or_create({word for of_movie in of_movies.values() for word in of_movie})
    postings = [
        (word_ids[word], movie_id, weight)
        for movie_id, of_movie in of_movies.items()
        for word, weight in of_movie.items()
    ]
    postings.sort()  # in the order of the indexes, each page of which is then visited once
    bulk.insert(SearchPosting, ["word", "movie", "weight"], postings)
    return Counter(word_id for word_id, _, _ in postings)
