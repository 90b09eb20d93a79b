"""What a query means: for each of its words, the words of the vocabulary that it may stand for.

The vocabulary is asked once for the whole query; only for words that it does not have a second time, for their nearest
spellings; and for those without any, and with which no word begins, whether they are two words typed as one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from movies.models import Movie
from movies.models.search import MAX_WORD, SearchWord
from movies.search.postings import CandidateTerm, TermGroup
from movies.search.vocabulary import deletions
from movies.search.words import (
    MAX_CANDIDATES,
    MAX_TITLE_MATCHES,
    Word,
    words_and_title_matches,
    words_with_spelling,
)
from rest.database.text import fold_case, words

EXACT, PREFIX, MISSPELLED = 10, 7, 5  # how much a match of that kind counts
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
    typed = [word[:MAX_WORD] for word in words(text)]
    query = list(dict.fromkeys(typed))[:MAX_QUERY_WORDS]
    if not query:
        return Interpretation([], [], movies_of_title(text))
    vocabulary, title_matches = words_and_title_matches(query, prefix=typed[-1], title_key=fold_case(text))
    known = {word.text: word for word in vocabulary}
    groups = {word: as_typed(word, known, is_last=word == typed[-1]) for word in query}
    if unknown := [word for word, group in groups.items() if not group]:
        groups |= {word: best(near, MISSPELLED) for word, near in neighbours(unknown).items()}
    halves = split_words([word for word, group in groups.items() if not group and not is_prefix(word)])
    groups |= {half.text: best([half], EXACT) for both in halves.values() for half in both}
    query = [half for word in query for half in ([half.text for half in halves.get(word, [])] or [word])]
    if len(query) == 1 and len(title_matches) > MAX_TITLE_MATCHES:
        title_matches = []  # they are the best of their word anyway
    return Interpretation(query, [groups[word] for word in query], title_matches)


def movies_of_title(text: str) -> list[int]:
    """The ids of movies with that title, which has no words: it consists of signs."""
    return list(Movie.objects.filter(title_key=fold_case(text)).values_list("pk", flat=True)[:MAX_TITLE_MATCHES])


def as_typed(word: str, known: dict[str, Word], *, is_last: bool) -> TermGroup:
    """The word itself and, if it is the last of the query and not a common one, those that begin with it."""
    exact = best([known[word]], EXACT) if word in known else ()
    if not is_last or (exact and known[word].movies_count >= COMMON):
        return exact
    return exact + best((longer for text, longer in known.items() if text.startswith(word) and text != word), PREFIX)


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


def is_prefix(text: str) -> bool:
    """Whether a word of the vocabulary begins with the text."""
    return SearchWord.objects.filter(text__startswith=text, movies_count__gt=0).exists()


def split_words(typed: Collection[str]) -> dict[str, list[Word]]:
    """Two words for each that was typed as one, without the space or with a letter in its place; else none."""
    cuts = {
        word: [(word[:i], word[i + gap :]) for i in range(1, len(word)) for gap in (0, 1) if word[i + gap :]]
        for word in typed
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
