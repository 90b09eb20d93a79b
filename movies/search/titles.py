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
from rest.database.text import words

if TYPE_CHECKING:
    from movies.querysets import MovieQuerySet

MAX_FRAGMENTS = 12
MAX_WORDS = 1000  # of the vocabulary that one fragment may mean
MAX_CANDIDATES = 10_000  # beyond it, whoever goes through the movies in their order soon meets those that are meant


def containing(movies: "MovieQuerySet", folded: str) -> "MovieQuerySet":
    """Those of `movies` whose folded title contains `folded`."""
    found = movies.filter(title_key__contains=folded)
    rarest = rarest_words(folded)
    if rarest is None:
        return found
    return found.filter(pk__in=SearchPosting.objects.filter(word__in=rarest).values("movie"))


def rarest_words(folded: str) -> list[int] | None:
    """The ids of the words that the rarest fragment of the text may mean; None where that leaves too many movies."""
    conditions = conditions_on_words(words(folded))[:MAX_FRAGMENTS]
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


def conditions_on_words(fragments: list[str]) -> list[Q]:
    """What a title that contains these words in a row, the outer ones perhaps in part, has in the vocabulary."""
    if not fragments:
        return []
    cut_off = Q(GreaterThanOrEqual(Length("text"), MAX_WORD))  # the vocabulary has the beginnings of such words
    first, last = fragments[0], fragments[-1][:MAX_WORD]
    if len(fragments) == 1:
        return [Q(text__contains=first) | cut_off]
    inner = [Q(text=word[:MAX_WORD]) for word in fragments[1:-1]]
    return [Q(text__endswith=first) | cut_off, Q(text__startswith=last), *inner]
