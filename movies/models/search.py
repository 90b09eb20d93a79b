"""The search index, in ordinary tables, so that both databases give the same answers.

A movie's words (of title, director and genres, folded) are its postings. Each word of the vocabulary has its
spellings: itself and itself less one letter, which is how a misspelled word finds its neighbours by equality alone.
"""

from django.db import models

from movies.models.catalogue import Movie

MAX_WORD = 40


class SearchWord(models.Model):
    text = models.CharField(max_length=MAX_WORD, unique=True)

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
    """`word` occurs in `movie`; `weight` says how much of the title (or of a lesser text) it is."""

    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="postings", db_index=False)
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="postings")
    weight = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "movie"], name="posting_once_per_word")]

    def __str__(self) -> str:
        return f"{self.word_id} in {self.movie_id}"
