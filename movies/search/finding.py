"""Finding movies: which statements a query takes, and where they stop looking.

The order of what is found: movies whose whole title is the query; then by what their words are worth (for each word of
the query the best of those that it may stand for: how much of the title, director or genres it is, times how well it
matches); then by popularity; then the newer first.
"""

from collections.abc import Sequence

from django.db.models import Case, When

from movies.models import Movie
from movies.querysets import MovieQuerySet
from movies.search import statements
from movies.search.interpretation import interpret
from movies.search.statements import EVERYWHERE, Group, Numbered, Piece
from rest.database.statements import is_postgresql

LIMIT = 1000  # movies that a search finds at most, the best
EXAMINED = 500  # postings that are looked at, the best, where several words have to match
EXAMINED_AGAIN = 10_000  # and where none of them has the other words
EXAMINED_OF_MOST = 2000  # and where most of the words are enough


class Found:
    """The result of a search, to be read page by page."""

    def __init__(self, text: str, among: MovieQuerySet | None) -> None:
        self.query = interpret(text)
        self.movies = Movie.objects.all() if among is None else among
        self.among = EVERYWHERE if among is None else statements.among(among)

    def page(self, start: int, size: int) -> Numbered:
        """The ids of `size` movies, best first, from the place `start` (counted from 0) on; and how many are found.

        All words of the query have to match. Where no movie has all of them, misspelled or not, those with most of
        them are found. Never more than LIMIT; and where several words are all common, not every movie that has them:
        of the rarest one only the best EXAMINED movies are looked at (EXAMINED_AGAIN if these give none), besides
        those of that title.
        """
        size = max(0, min(size, LIMIT - start))
        groups = self.query.groups
        if not groups:
            return self.with_title(start, size)
        ids, total = self.with_all(groups, start, size)
        if not total:
            groups = self.query.forgiving()
            ids, total = self.with_all(groups, start, size)
        if not total:
            ids, total = self.with_most([group for group in groups if group], start, size)
        return ids, min(total, LIMIT)

    def with_title(self, start: int, size: int) -> Numbered:
        """A title of signs alone has no words: only the whole of it finds its movies."""
        ids = list(self.movies.filter(pk__in=self.query.namesakes).order_by("-pk").values_list("pk", flat=True))
        return ids[start : start + size], len(ids)

    def with_all(self, groups: Sequence[Group], start: int, size: int) -> Numbered:
        if not all(groups):
            return [], 0
        rarest, *others = sorted(groups, key=count_of)
        if not others:
            return self.with_one(rarest, start, size)
        for deep in (EXAMINED, EXAMINED_AGAIN):
            ids, total = self.page_of(rarest, self.depth(rarest, deep), start, size, others)
            if total or count_of(rarest) <= deep:
                break
        return ids, total

    def with_one(self, group: Group, start: int, size: int) -> Numbered:
        """The best of one group are among the best of each of its words, so no more than these are looked at."""
        most = max(word.movies_count for word, _ in group)
        is_total_known = not self.among.condition and (len(group) == 1 or most >= LIMIT)
        if is_total_known and len(group) == 1 and not self.query.namesakes:
            return statements.page_of_word(group[0].word, start, size), most
        # Where the total is not known, so many that it usually is LIMIT, or else all of them.
        deep = max(start + size, 1 if is_total_known else self.depth(group, LIMIT + LIMIT // 10))
        ids, total = self.page_of(group, deep, start, size)
        if is_total_known:
            return ids, most
        if total < LIMIT and deep < min(most, LIMIT):
            total = self.page_of(group, LIMIT, 0, 1)[1]
        return ids, total

    def page_of(self, group: Group, deep: int, start: int, size: int, others: Sequence[Group] = ()) -> Numbered:
        query = self.query
        if is_postgresql() and not self.among.condition and len(others) <= 1:
            return statements.usual_page(
                group, deep, others, namesakes=query.namesakes, preferred=query.preferred, start=start, size=size
            )
        return statements.page_of_all(self.candidates(group, deep), others, query.preferred, start, size)

    def with_most(self, groups: Sequence[Group], start: int, size: int) -> Numbered:
        if not groups:
            return [], 0
        if len(groups) == 1:
            return self.with_one(groups[0], start, size)
        deep = self.depth(tuple(alternative for group in groups for alternative in group), EXAMINED_OF_MOST)
        found = [statements.best_of_group(group, deep, self.among) for group in groups]
        return statements.page_of_most(statements.candidates(found), groups, start, size)

    def candidates(self, group: Group, deep: int) -> Piece:
        """The best `deep` movies of each word of the group, and the namesakes of the query."""
        pieces = [statements.best_of_group(group, deep, self.among)]
        if self.query.namesakes:
            pieces.append(statements.these_of_group(group, self.query.namesakes, self.among))
        return statements.candidates(pieces)

    def depth(self, group: Group, most: int) -> int:
        # Of a restricted search nobody knows how many postings of a word remain.
        return most if self.among.condition else depth(group, most)


def depth(group: Group, most: int) -> int:
    """How many postings of each word of the group to look at, so that they are about `most` in all."""
    counts = sorted(word.movies_count for word, _ in group)
    for done, count in enumerate(counts):
        share = most // (len(counts) - done)
        if count > share:
            return max(1, share)
        most -= count
    return counts[-1]


def count_of(group: Group) -> int:
    return sum(word.movies_count for word, _ in group)


def find(text: str, among: MovieQuerySet | None = None) -> Found:
    """What matches `text` in title, director or genres: in the whole catalogue, or `among` these movies."""
    return Found(text, among)


def search(movies: MovieQuerySet, text: str) -> MovieQuerySet:
    """What `find` finds among `movies`, as a queryset in that order, for where one is needed (the admin)."""
    ids, _ = find(text, movies).page(0, LIMIT)
    places = Case(*(When(pk=pk, then=place) for place, pk in enumerate(ids)), default=LIMIT)
    return movies.filter(pk__in=ids).order_by(places)
