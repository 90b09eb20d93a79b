"""Parts of titles, found through the vocabulary of the search instead of in every title.

A part of a title begins and ends anywhere; between that, its words are whole words of the title. So whatever title
contains the text has in it a word that ends with the text's first word, one that begins with its last, and all those
between. The rarest of these says which movies can be meant at all; the text itself then decides.
"""

from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from movies.models.search import MAX_WORD, SearchPosting, SearchWord
from movies.search.tokens import Token, clusters_of, folded, is_mark, pairs_of, tokens_of
from rest.database.text import fold_accents

if TYPE_CHECKING:
    from movies.querysets import MovieQuerySet

MAX_FRAGMENTS = 12
MAX_WORDS = 1000  # of the vocabulary that one fragment may mean
MAX_CANDIDATES = 10_000  # beyond it, whoever goes through the movies in their order soon meets those that are meant


def containing(movies: "MovieQuerySet", part: str) -> "MovieQuerySet":
    """Those of `movies` whose title contains `part`, both folded."""
    found = movies.filter(plain_title__contains=fold_accents(part))
    rarest = rarest_words(part)
    if rarest is None:
        return found
    return found.filter(pk__in=SearchPosting.objects.filter(word__in=rarest).values("movie"))


def rarest_words(part: str) -> list[int] | None:
    """The ids of the words that the rarest fragment of the text may mean; None where that leaves too many movies."""
    conditions = conditions_on_words(part)[:MAX_FRAGMENTS]
    if not conditions:
        return None
    counts = {f"words{n}": Count("pk", filter=condition) for n, condition in enumerate(conditions)}
    sums = {f"movies{n}": Sum("movies_count", filter=condition, default=0) for n, condition in enumerate(conditions)}
    of = SearchWord.objects.aggregate(**counts, **sums)
    rarest = min(range(len(conditions)), key=lambda n: (of[f"words{n}"] > 0, of[f"movies{n}"]))
    if of[f"words{rarest}"] > MAX_WORDS or of[f"movies{rarest}"] > MAX_CANDIDATES:
        return None
    # As a list, because the planner knows how frequent given words are, but nothing of words it has yet to look up.
    return list(SearchWord.objects.filter(conditions[rarest]).values_list("pk", flat=True))


def conditions_on_words(part: str) -> list[Q]:
    """What a title that contains this folded text has in the vocabulary."""
    tokens = tokens_of(folded(part))
    last = len(tokens) - 1
    return [
        condition
        for n, token in enumerate(tokens)
        for condition in conditions_on(token, is_first=n == 0, is_last=n == last)
    ]


def conditions_on(token: Token, *, is_first: bool, is_last: bool) -> list[Q]:
    """The first token of the text may be the end of a word of the title, the last one a beginning."""
    if token.is_unspaced:
        return conditions_on_pairs(clusters_of(token.raw), is_last=is_last)
    cut_off = Q(GreaterThanOrEqual(Length("text"), MAX_WORD))  # the vocabulary has the beginnings of such words
    if is_first and is_last:
        return [Q(text__contains=token.text) | cut_off]
    if is_first:
        return [Q(text__endswith=token.text) | cut_off]
    return [Q(text__startswith=token.text[:MAX_WORD]) if is_last else Q(text=token.text[:MAX_WORD])]


def conditions_on_pairs(letters: list[str], *, is_last: bool) -> list[Q]:
    """Each pair as it is. Marks at the beginning belong to a letter before; the last letter may have more of them."""
    whole = letters[1:] if is_mark(letters[0]) else letters
    *pairs, last = pairs_of(whole) if whole else [""]
    ends_with_pair = len(whole) > 1 and not is_last
    return [*(Q(text=pair) for pair in pairs), Q(text=last) if ends_with_pair else Q(text__startswith=last)]
