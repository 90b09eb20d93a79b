"""Finding movies: which statements a query takes, and where they stop looking.

The order of what is found: movies whose whole title is the query; then by score (for each word of the query the best
of those that it may stand for: how much of the title, director or genres it is, times how well it matches); then by
popularity; then the newer first.
"""

from collections.abc import Sequence

from django.db.models import Case, When

from movies.models import Movie
from movies.querysets import MovieQuerySet
from movies.search import postings
from movies.search.interpretation import interpret
from movies.search.postings import UNRESTRICTED, Fragment, Page, TermGroup
from movies.search.tokens import is_year
from rest.database.statements import is_postgresql

LIMIT = 1000  # movies that a search finds at most, the best
EXAMINED = 500  # postings that are looked at, the best, where several words have to match
EXAMINED_AGAIN = 10_000  # and where none of them has the other words
EXAMINED_OF_MOST = 2000  # and where most of the words are enough


class SearchResult:
    """The result of a search, to be read page by page. `among` None: among all movies."""

    def __init__(self, text: str, among: MovieQuerySet | None) -> None:
        self.query = interpret(text)
        self.movies = Movie.objects.all() if among is None else among
        self.restriction = UNRESTRICTED if among is None else postings.restriction_to(among)

    def page(self, start: int, size: int) -> Page:
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
            groups = self.query.groups_with_misspellings()
            ids, total = self.with_all(groups, start, size)
        if not total:
            ids, total = self.with_most([group for group in groups if group], start, size)
        return ids, min(total, LIMIT)

    def with_title(self, start: int, size: int) -> Page:
        """A title of signs alone has no words: only the whole of it finds its movies."""
        ids = list(self.movies.filter(pk__in=self.query.title_matches).order_by("-pk").values_list("pk", flat=True))
        return ids[start : start + size], len(ids)

    def with_all(self, groups: Sequence[TermGroup], start: int, size: int) -> Page:
        if not all(groups):
            return [], 0
        rarest, *others = sorted(groups, key=usefulness)
        if not others:
            return self.with_one(rarest, start, size)
        for examined in (EXAMINED, EXAMINED_AGAIN):
            ids, total = self.page_with_all(rarest, self.depth(rarest, examined), start, size, others)
            if total or count_of_postings(rarest) <= examined:
                break
        return ids, total

    def with_one(self, group: TermGroup, start: int, size: int) -> Page:
        """The best of one group are among the best of each of its words, so no more than these are looked at."""
        most = max(word.movies_count for word, _ in group)
        is_total_known = not self.restriction.text and (len(group) == 1 or most >= LIMIT)
        if is_total_known and len(group) == 1 and not self.query.title_matches:
            return postings.page_of_word(group[0].word, start, size), most
        # Where the total is not known, so many that it usually is LIMIT, or else all of them.
        depth = max(start + size, 1 if is_total_known else self.depth(group, LIMIT + LIMIT // 10))
        ids, total = self.page_with_all(group, depth, start, size)
        if is_total_known:
            return ids, most
        if total < LIMIT and depth < min(most, LIMIT):
            total = self.page_with_all(group, LIMIT, 0, 1)[1]
        return ids, total

    def page_with_all(
        self, group: TermGroup, depth: int, start: int, size: int, others: Sequence[TermGroup] = ()
    ) -> Page:
        query = self.query
        if is_postgresql() and not self.restriction.text and len(others) <= 1:
            return postings.planned_page(
                group,
                depth,
                others,
                title_matches=query.title_matches,
                preferred=query.preferred,
                start=start,
                size=size,
            )
        return postings.page_with_all(self.candidates(group, depth), others, query.preferred, start, size)

    def with_most(self, groups: Sequence[TermGroup], start: int, size: int) -> Page:
        if not groups:
            return [], 0
        if len(groups) == 1:
            return self.with_one(groups[0], start, size)
        depth = self.depth(tuple(term for group in groups for term in group), EXAMINED_OF_MOST)
        best = [postings.best_of_group(group, depth, self.restriction) for group in groups]
        return postings.page_with_most(postings.candidates_of(best), groups, start, size)

    def candidates(self, group: TermGroup, depth: int) -> Fragment:
        """The best `depth` movies of each word of the group, and those whose whole title is the query."""
        found = [postings.best_of_group(group, depth, self.restriction)]
        if self.query.title_matches:
            found.append(postings.postings_of_movies(group, self.query.title_matches, self.restriction))
        return postings.candidates_of(found)

    def depth(self, group: TermGroup, most: int) -> int:
        # Of a restricted search nobody knows how many postings of a word remain.
        return most if self.restriction.text else depth_of(group, most)


def depth_of(group: TermGroup, most: int) -> int:
    """How many postings of each word of the group to look at, so that they are about `most` in all."""
    counts = sorted(word.movies_count for word, _ in group)
    for done, count in enumerate(counts):
        share = most // (len(counts) - done)
        if count > share:
            return max(1, share)
        most -= count
    return counts[-1]


def usefulness(group: TermGroup) -> tuple[bool, int]:
    """In which order to ask: rare words first, but a year last, whose best postings say nothing about the title."""
    return all(is_year(word.text) for word, _ in group), count_of_postings(group)


def count_of_postings(group: TermGroup) -> int:
    """How many postings the words of the group have."""
    return sum(word.movies_count for word, _ in group)


def find(text: str, among: MovieQuerySet | None = None) -> SearchResult:
    """What matches `text` in title, director or genres: in the whole catalogue, or `among` these movies."""
    return SearchResult(text, among)


def search(movies: MovieQuerySet, text: str) -> MovieQuerySet:
    """What `find` finds among `movies`, as a queryset in that order, for where one is needed (the admin)."""
    ids, _ = find(text, movies).page(0, LIMIT)
    places = Case(*(When(pk=pk, then=place) for place, pk in enumerate(ids)), default=LIMIT)
    return movies.filter(pk__in=ids).order_by(places)
