"""The search index, in ordinary tables, so that both databases give the same answers.

A movie's words (of title, director and genres, folded) are its postings. Each word of the vocabulary has its
spellings: itself and itself less one letter, which is how a misspelled word finds its neighbours by equality alone.
"""

from bisect import bisect_right

from django.db import models

from movies.models.catalogue import Movie, MovieStats

MAX_WORD = 40  # letters; of a longer word the vocabulary has the beginning
LEVELS = [4**level for level in range(1, 16)]  # how many reactions a movie of level 1, 2 … has at least


def popularity_level(stats: MovieStats) -> int:
    """Popularity in orders of magnitude: 0 below 4 favourites, likes and ratings, 1 below 16, 2 below 64, and so on."""
    return level_of(stats.favorites_count + stats.likes_count + stats.ratings_count)


def level_of(reactions: int) -> int:
    return bisect_right(LEVELS, reactions)


def level_sql(reactions: str) -> str:
    """The same as an expression of PostgreSQL."""
    return f"width_bucket({reactions}, ARRAY{LEVELS})"


class SearchWord(models.Model):
    text = models.CharField(max_length=MAX_WORD, unique=True)
    movies_count = models.PositiveIntegerField(default=0)  # the postings, kept, since a common word has very many

    def __str__(self) -> str:
        return self.text


class SearchSpelling(models.Model):
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="spellings")
    text = models.CharField(max_length=MAX_WORD)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "word"], name="spelling_once_per_word")]

    def __str__(self) -> str:
        return self.text


class SearchPosting(models.Model):
    """`word` occurs in `movie`; `weight` says how much of the title (or of a lesser text) it is.

    `popularity` is the movie's, in orders of magnitude: so coarse that few likes change it, and fine enough to choose
    the best of very many postings by an index.
    """

    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="postings", db_index=False)
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="postings")
    weight = models.PositiveIntegerField()
    popularity = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "movie"], name="posting_once_per_word")]
        indexes = [models.Index(fields=["word", "-weight", "-popularity", "-movie"], name="posting_best_first")]

    def __str__(self) -> str:
        return f"{self.word_id} in {self.movie_id}"


class SearchRevision(models.Model):
    """By which rules the postings were made, in the one row that there is: see `movies.search.revision`."""

    ID = 1

    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"rules {self.number} of the search index"
