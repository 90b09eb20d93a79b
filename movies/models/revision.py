"""How often the genres' names have changed: whoever holds the names in memory compares."""

from django.db import models


class GenreRevision(models.Model):
    """A version number of all genres' names, in the one row that there is."""

    ID = 1

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"revision {self.number} of the genres' names"

    @classmethod
    def advance(cls) -> None:
        """Adds one, in the transaction of the change."""
        revisions = GenreRevision.objects
        revisions.bulk_create([GenreRevision(pk=cls.ID)], ignore_conflicts=True)
        revisions.filter(pk=cls.ID).update(number=models.F("number") + 1)
