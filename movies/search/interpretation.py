"""What a query means: for each of its words, the words of the vocabulary that it may stand for.

The vocabulary is asked once for the whole query; only for words that it does not have a second time, for their nearest
spellings; and for those without any, and with which no word begins, whether they are two words typed as one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain

from movies.models import Movie
from movies.models.search import SearchWord
from movies.search.postings import CandidateTerm, TermGroup
from movies.search.tokens import Typed, is_year, typed
from movies.search.vocabulary import deletions
from movies.search.words import (
    MAX_CANDIDATES,
    MAX_TITLE_MATCHES,
    Word,
    words_and_title_matches,
    words_with_spelling,
)
from rest.database.scripts import is_unspaced
from rest.database.text import fold_case

EXACT, PREFIX, COMPOUND, MISSPELLED = 10, 7, 7, 5  # how much a match of that kind counts
MAX_QUERY_WORDS = 12
COMMON = 1000  # a word that so many movies have is not taken for the beginning of another one
SHORTEST_MISSPELLED = 3  # letters; below that every word is a neighbour of every other


@dataclass(frozen=True)
class Interpretation:
    """The words of a query, what each may stand for, and the ids of (not too many) movies whose title is the query."""

    words: list[str]
    groups: list[TermGroup]
    title_matches: list[int]

    @property
    def preferred(self) -> list[int]:
        """The title matches if these are all: they come first, whatever their score."""
        return self.title_matches if len(self.title_matches) <= MAX_TITLE_MATCHES else []

    def groups_with_misspellings(self) -> list[TermGroup]:
        """The groups, each with the neighbours of its word, although that may be a word itself."""
        near = neighbours(self.words)
        return [
            group + best(without(near[word], group), MISSPELLED)
            for word, group in zip(self.words, self.groups, strict=True)
        ]


def interpret(text: str) -> Interpretation:
    query = typed(text, MAX_QUERY_WORDS)
    if not query.words:
        return Interpretation([], [], movies_of_title(text))
    wanted = {*query.words, *chain.from_iterable(query.compounds.values())}
    vocabulary, title_matches = words_and_title_matches(wanted, query.last, titles_meant(text))
    known = {word.text: word for word in vocabulary}
    groups = {word: as_typed(word, query, known) for word in query.words}
    if unknown := [word for word, group in groups.items() if not group]:
        groups |= {word: best(near, MISSPELLED) for word, near in neighbours(unknown).items()}
    halves = split_words([word for word, group in groups.items() if not group and may_be_two(word)])
    groups |= {half.text: best([half], EXACT) for both in halves.values() for half in both}
    words = [half for word in query.words for half in ([half.text for half in halves.get(word, [])] or [word])]
    if len(words) == 1 and len(title_matches) > MAX_TITLE_MATCHES:
        title_matches = []  # they are the best of their word anyway
    return Interpretation(words, [groups[word] for word in words], title_matches)


def titles_meant(text: str) -> list[str]:
    """The text as a title and, where it ends in a year, the title before that: "Hamlet 1948", "Hamlet (1948)"."""
    whole = fold_case(text)
    before, _, last = whole.rpartition(" ")
    return [whole, before.rstrip(",")] if before and is_year(last.strip("()[]")) else [whole]


def movies_of_title(text: str) -> list[int]:
    """The ids of movies with that title, which has no words: it consists of signs."""
    return list(Movie.objects.filter(title_key=fold_case(text)).values_list("pk", flat=True)[:MAX_TITLE_MATCHES])


def as_typed(word: str, query: Typed, known: dict[str, Word]) -> TermGroup:
    """The word itself; the compounds that it is part of; if it is the last and not common, what begins with it."""
    group = best([known[word]], EXACT) if word in known else ()
    group += best((known[text] for text in query.compounds[word] if text in known), COMPOUND)
    if word != query.last or (word in known and known[word].movies_count >= COMMON):
        return group
    taken = {word, *query.compounds[word]}
    return group + best(
        (longer for text, longer in known.items() if text.startswith(word) and text not in taken), PREFIX
    )


def best(candidates: Iterable[Word], quality: int) -> TermGroup:
    """Of these words the MAX_CANDIDATES that most movies have."""
    frequent = sorted(candidates, key=lambda word: (-word.movies_count, word.id))
    return tuple(CandidateTerm(word, quality) for word in frequent[:MAX_CANDIDATES])


def without(near: Iterable[Word], group: TermGroup) -> list[Word]:
    ids = {word.id for word, _ in group}
    return [word for word in near if word.id not in ids]


def neighbours(misspelled: Iterable[str]) -> dict[str, list[Word]]:
    """Each of the words with those of the vocabulary that are spelled nearly alike, itself among them."""
    spellings = {word: deletions(word) if len(word) >= SHORTEST_MISSPELLED else set() for word in misspelled}
    wanted = set().union(*spellings.values())
    near = words_with_spelling(sorted(wanted)) if wanted else []
    return {word: list({other for spelling, other in near if spelling in its}) for word, its in spellings.items()}


def may_be_two(text: str) -> bool:
    """Whether it is of a script that sets words apart, and no word of the vocabulary begins with it."""
    return not is_unspaced(text) and not SearchWord.objects.filter(text__startswith=text, movies_count__gt=0).exists()


def split_words(unknown: Collection[str]) -> dict[str, list[Word]]:
    """Two words for each that was typed as one, without the space or with a letter in its place; else none."""
    cuts = {
        word: [(word[:i], word[i + gap :]) for i in range(1, len(word)) for gap in (0, 1) if word[i + gap :]]
        for word in unknown
    }
    texts = {half for of_word in cuts.values() for cut in of_word for half in cut}
    rows = SearchWord.objects.filter(text__in=texts, movies_count__gt=0) if texts else []
    known = {word.text: Word(word.pk, word.text, word.movies_count) for word in rows}
    halves: dict[str, list[Word]] = {}
    for word, of_word in cuts.items():
        whole = [cut for cut in of_word if cut[0] in known and cut[1] in known]
        # Of several cuts the one whose shorter half is longest: "the whale" rather than "t hewhale".
        cut = max(whole, key=lambda cut: (min(map(len, cut)), len("".join(cut))), default=())
        halves[word] = [known[half] for half in cut]
    return halves
