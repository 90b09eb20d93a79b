"""The words of a text, as search compares them: in the index and in what people type.

A word is a run of letters and digits. Apostrophes are closed up ("Schindler's" is one word), a picture is a word. Of
scripts that do not set words apart each pair of neighbours is a word: 東京物語 is 東京, 京物 and 物語. So any part
of it is found by equality, as other words are.

What is written as one in one place and as several in another ("S.W.A.T." and "swat", "Spider-Man" and "spiderman") is
a *compound*: the index has its parts and the whole, and a query that has the one asks for the other, too.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from movies.models.search import MAX_WORD
from rest.database.scripts import MARKS, PICTURES, UNSPACED
from rest.database.text import fold_accents

MAX_PARTS = 8  # of a compound
SHORTEST_ELIDED = 3  # letters after an apostrophe: "l'avventura" is found by "avventura", "don't" not by "t"
LONGEST_ARTICLE = 4  # and before it, as in "dell'arte"

PLAIN = rf"(?:(?![{UNSPACED}])[^\W_{MARKS}]|(?![{UNSPACED}])[{MARKS}])+"
TOKEN = re.compile(
    rf"(?P<unspaced>[{UNSPACED}][{UNSPACED}{MARKS}]*)|(?P<plain>{PLAIN}(?:'{PLAIN})*)|(?P<picture>[{PICTURES}])"
)
ASCII_TOKEN = re.compile(r"(?P<plain>[a-z0-9]+(?:'[a-z0-9]+)*)")  # the same, where there is nothing else
CLUSTER = re.compile(rf"[^{MARKS}]?[{MARKS}]+|[^{MARKS}]")  # a letter with the marks that belong to it
SIMPLE = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*").fullmatch
LETTERS_IN_A_ROW = re.compile(r"\b[a-z] [a-z]\b").search
is_year = re.compile(r"(?:18|19|20|21)\d\d").fullmatch
is_mark = re.compile(f"[{MARKS}]").match
GAP = re.compile(r"[\s・]*").fullmatch  # what may be left out within a name of an unspaced script


class Token(NamedTuple):
    """A run of letters and digits, or a picture: the group of TOKEN, its text as it is, and where it stands."""

    kind: str | None
    raw: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """Without apostrophes."""
        return self.raw.replace("'", "")

    @property
    def is_unspaced(self) -> bool:
        return self.kind == "unspaced"

    @property
    def is_letter(self) -> bool:
        return len(self.raw) == 1 and self.raw.isalpha()


def folded(text: str) -> str:
    return fold_accents(text).replace("&", " and ")


def is_simple(text: str) -> bool:
    """Whether a folded text is words and spaces alone, as most are: so no part of it shows a compound."""
    return SIMPLE(text) is not None and LETTERS_IN_A_ROW(text) is None


def tokens_of(text: str) -> list[Token]:
    """The tokens of a folded text."""
    pattern = ASCII_TOKEN if text.isascii() else TOKEN
    return [Token(match.lastgroup, match[0], *match.span()) for match in pattern.finditer(text)]


def clusters_of(run: str) -> list[str]:
    return CLUSTER.findall(run)


def words_of(token: Token) -> list[str]:
    """The words that a token is: itself, or of an unspaced script its pairs of letters."""
    if not token.is_unspaced:
        return [token.text[:MAX_WORD]]
    return pairs_of(clusters_of(token.raw))


def pairs_of(letters: list[str]) -> list[str]:
    """Each letter with the next one; a letter that is alone, alone."""
    pairs = [first + second for first, second in pairwise(letters)] or letters
    return [pair[:MAX_WORD] for pair in pairs]


# --- What the index has besides ------------------------------------------------------------------------------------


def indexed_words(text: str) -> dict[str, int]:
    """Every word by which `text` is found → how many words it has if written with that one: each says the less."""
    text = folded(text)
    if is_simple(text):
        words = text.split()
        return dict.fromkeys((word[:MAX_WORD] for word in words), len(words))
    tokens = tokens_of(text)
    words = [word for token in tokens for word in words_of(token)]
    found = dict.fromkeys([*words, *elided(tokens), *bridges(text, tokens)], len(words))
    for compound in compounds_of(text, tokens):
        found.setdefault(compound.text, len(words) + 1 - len(compound.parts))
    return found


def elided(tokens: Iterable[Token]) -> Iterator[str]:
    """What follows an article that has lost its vowel: "avventura" of "l'avventura"."""
    for token in tokens:
        article, apostrophe, rest = token.raw.partition("'")
        if apostrophe and len(article) <= LONGEST_ARTICLE and len(rest) >= SHORTEST_ELIDED:
            yield rest.replace("'", "")[:MAX_WORD]


def bridges(text: str, tokens: Sequence[Token]) -> Iterator[str]:
    """Of unspaced scripts the last letter of each run, and the pairs that there are when a space is left out."""
    runs = [token for token in tokens if token.is_unspaced]
    last_letters = {token: clusters_of(token.raw)[-1] for token in runs}
    yield from (letter[:MAX_WORD] for letter in last_letters.values())
    for first, second in pairwise(runs):
        if GAP(text[first.end : second.start]):
            yield (last_letters[first] + clusters_of(second.raw)[0])[:MAX_WORD]


class Compound(NamedTuple):
    """Several words in a row, as one."""

    text: str
    parts: tuple[str, ...]


def compounds_of(text: str, tokens: Sequence[Token]) -> set[Compound]:
    """Those that the text shows: what is written without a space ("spider-man"), and letters in a row ("D. W.")."""

    def are_close(first: Token, second: Token) -> bool:
        gap = text[first.end : second.start]
        return gap != " " and gap != "" and not any(map(str.isspace, gap))

    def are_letters(first: Token, second: Token) -> bool:
        return first.is_letter and second.is_letter

    return {
        compound
        for rule in (are_close, are_letters)
        for run in runs_of(tokens, rule)
        for compound in joined(token.text for token in run)
    }


def runs_of(tokens: Sequence[Token], belong_together: Callable[[Token, Token], bool]) -> Iterator[list[Token]]:
    """The rows of plain tokens, of two at least, in each of which every token belongs to the one before it."""
    run: list[Token] = []
    for first, second in pairwise(tokens):
        if first.kind == second.kind == "plain" and belong_together(first, second):
            run = [*(run or [first]), second]
        elif run:
            yield run
            run = []
    if run:
        yield run


def joined(parts: Iterable[str]) -> list[Compound]:
    """The texts as one word, if they may be one."""
    parts = tuple(parts)
    whole = "".join(parts)
    return [Compound(whole, parts)] if len(parts) <= MAX_PARTS and len(whole) <= MAX_WORD else []


# --- What a query asks for ------------------------------------------------------------------------------------------


class Typed(NamedTuple):
    """The words of a query, each once, and for each the compounds that it may be a part of."""

    words: list[str]
    last: str  # which is perhaps still being typed
    compounds: dict[str, set[str]]


def typed(text: str, most: int) -> Typed:
    """At most so many words, and of words typed next to each other what they are as one ("spider man")."""
    words, found = words_and_compounds(folded(text))
    compounds: dict[str, set[str]] = {word: set() for word in list(dict.fromkeys(words))[:most]}
    for whole, parts in found:
        for part in parts:
            if part in compounds:
                compounds[part].add(whole)
    return Typed(list(compounds), words[-1] if words else "", compounds)


def words_and_compounds(text: str) -> tuple[list[str], Iterable[Compound]]:
    """Those of a folded query, any two neighbours being a compound."""
    if is_simple(text):
        texts = text.split()
        return [word[:MAX_WORD] for word in texts], chain.from_iterable(map(joined, pairwise(texts)))
    tokens = tokens_of(text)
    pairs = (pair for pair in pairwise(tokens) if pair[0].kind == pair[1].kind == "plain")
    of_pairs = chain.from_iterable(joined(token.text for token in pair) for pair in pairs)
    return [word for token in tokens for word in words_of(token)], {*of_pairs, *compounds_of(text, tokens)}
