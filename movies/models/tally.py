"""How many movies there are, kept: counting a million takes longer than everything else that a list needs.

Beside the total and that of each genre there are the movies of each range of ids, in two steps (16,384 ids and 256),
which is how a page far down the list is found without walking there. `movies.tallies` keeps them.
"""

from django.db import models

LARGE, SMALL = 16_384, 256  # how many ids a range spans


class Tally(models.Model):
    class Kind(models.IntegerChoices):
        ALL = 0  # key 0
        GENRE = 1  # key: the genre's id
        LARGE_RANGE = 2  # key: id // LARGE
        SMALL_RANGE = 3  # key: id // SMALL

    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    key = models.BigIntegerField()
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.count} of {self.get_kind_display().lower()} {self.key}"

    @property
    def ids(self) -> range | None:
        """The ids of the movies that a tally of a range counts; None where it counts something else."""
        spans: dict[int, int] = {self.Kind.LARGE_RANGE: LARGE, self.Kind.SMALL_RANGE: SMALL}
        span = spans.get(self.kind)
        return range(self.key * span, (self.key + 1) * span) if span else None
