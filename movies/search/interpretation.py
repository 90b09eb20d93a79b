"""What a query means: for each of its words, the words of the vocabulary that it may stand for.

The vocabulary is asked once for the whole query; only for words that it does not have a second time, for their nearest
spellings; and for those without any, and with which no word begins, whether they are two words typed as one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from movies.models import Movie
from movies.models.search import MAX_WORD, SearchWord
from movies.search import statements
from movies.search.functions import MAX_ALTERNATIVES, MAX_NAMESAKES
from movies.search.lexicon import deletions
from movies.search.statements import Alternative, Group, Word
from rest.database.text import fold_case, words

EXACT, PREFIX, MISSPELLED = 10, 7, 5  # how much a match of that kind counts
MAX_QUERY_WORDS = 12
COMMON = 1000  # a word that so many movies have is not taken for the beginning of another one
SHORTEST_MISSPELLED = 3  # below that every word is a neighbour of every other


@dataclass(frozen=True)
class Interpretation:
    """The words of a query, what each may stand for, and (not too many) movies whose whole title is the query."""

    words: list[str]
    groups: list[Group]
    namesakes: list[int]

    @property
    def preferred(self) -> list[int]:
        """The namesakes if these are all: they come first, whatever their score."""
        return self.namesakes if len(self.namesakes) <= MAX_NAMESAKES else []

    def forgiving(self) -> list[Group]:
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
        return Interpretation([], [], namesakes_of(text))
    found, namesakes = statements.words_and_namesakes(
        query,
        beginning=typed[-1],
        title_key=fold_case(text),
    )
    known = {word.text: word for word in found}
    groups = {word: as_typed(word, known, is_last=word == typed[-1]) for word in query}
    if unknown := [word for word, group in groups.items() if not group]:
        groups |= {word: best(near, MISSPELLED) for word, near in neighbours(unknown).items()}
    strangers = parted([word for word, group in groups.items() if not group and not is_beginning(word)])
    groups |= {part.text: best([part], EXACT) for parts in strangers.values() for part in parts}
    query = [part for word in query for part in ([part.text for part in strangers.get(word, [])] or [word])]
    if len(query) == 1 and len(namesakes) > MAX_NAMESAKES:
        namesakes = []  # they are the best of their word anyway
    return Interpretation(query, [groups[word] for word in query], namesakes)


def namesakes_of(text: str) -> list[int]:
    """The movies with that title, which has no words: it consists of signs."""
    return list(Movie.objects.filter(title_key=fold_case(text)).values_list("pk", flat=True)[:MAX_NAMESAKES])


def as_typed(word: str, known: dict[str, Word], *, is_last: bool) -> Group:
    """The word itself and, if it is the last of the query and not a common one, those that begin with it."""
    exact = best([known[word]], EXACT) if word in known else ()
    if not is_last or (exact and known[word].movies_count >= COMMON):
        return exact
    return exact + best((longer for text, longer in known.items() if text.startswith(word) and text != word), PREFIX)


def best(found: Iterable[Word], quality: int) -> Group:
    frequent = sorted(found, key=lambda word: (-word.movies_count, word.id))
    return tuple(Alternative(word, quality) for word in frequent[:MAX_ALTERNATIVES])


def without(near: Iterable[Word], group: Group) -> list[Word]:
    ids = {word.id for word, _ in group}
    return [word for word in near if word.id not in ids]


def neighbours(misspelled: Iterable[str]) -> dict[str, list[Word]]:
    """Each of the words with those of the vocabulary that are spelled nearly alike, itself among them."""
    spellings = {word: deletions(word) if len(word) >= SHORTEST_MISSPELLED else set() for word in misspelled}
    wanted = set().union(*spellings.values())
    found = statements.words_with_spelling(sorted(wanted)) if wanted else []
    return {
        word: list({near for spelling, near in found if spelling in of_word}) for word, of_word in spellings.items()
    }


def is_beginning(word: str) -> bool:
    return SearchWord.objects.filter(text__startswith=word, movies_count__gt=0).exists()


def parted(typed: Collection[str]) -> dict[str, list[Word]]:
    """Two words for each that was typed as one, without the space or with a letter in its place; else none."""
    cuts = {
        word: [(word[:i], word[i + gap :]) for i in range(1, len(word)) for gap in (0, 1) if word[i + gap :]]
        for word in typed
    }
    texts = {part for of_word in cuts.values() for cut in of_word for part in cut}
    found = SearchWord.objects.filter(text__in=texts, movies_count__gt=0) if texts else []
    known = {word.text: Word(word.pk, word.text, word.movies_count) for word in found}
    chosen: dict[str, list[Word]] = {}
    for word, of_word in cuts.items():
        whole = [cut for cut in of_word if cut[0] in known and cut[1] in known]
        # Of several cuts the one whose shorter part is longest: "the whale" rather than "t hewhale".
        cut = max(whole, key=lambda cut: (min(map(len, cut)), len("".join(cut))), default=())
        chosen[word] = [known[part] for part in cut]
    return chosen
