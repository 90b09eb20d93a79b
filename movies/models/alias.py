"""The usual other names of genres: "Sci-Fi" is "Science Fiction"."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from movies.models.catalogue import MAX_NAME, MAX_NAME_KEY, fits_when_folded
from rest.chunks import chunks
from rest.database.sorting import without_signs
from rest.database.text import FoldedField, fold_case

CHUNK = 2000  # values that one query looks up
Aliases = Mapping[str, Sequence[str]]  # folded name of a genre → its other names


class GenreAliasQuerySet(models.QuerySet["GenreAlias"]):
    def usual_names(self, names: Collection[str]) -> dict[str, str]:
        """For those of these names that are an alias: the name of the genre that is meant."""
        keys = {name: without_signs(name) for name in names}
        genres: dict[str, str] = {}
        for chunk in chunks(set(keys.values()), CHUNK):
            genres |= dict(self.filter(alias_key__in=chunk).values_list("alias_key", "genre"))
        return {name: genres[key] for name, key in keys.items() if key in genres}

    def by_genre(self) -> Aliases:
        found: dict[str, list[str]] = defaultdict(list)
        for genre_key, alias in self.order_by("alias_key").values_list("genre_key", "alias"):
            found[genre_key].append(alias)
        return found


class GenreAlias(models.Model):
    """Another name of a genre, compared without case, accents and signs. A genre of exactly that name comes first.

    The genre is meant by its name, because it may not be there yet.
    """

    alias = models.CharField(max_length=MAX_NAME, validators=[fits_when_folded])
    alias_key = FoldedField(max_length=MAX_NAME_KEY, unique=True, of="alias", fold=without_signs)
    genre = models.CharField("means the genre", max_length=MAX_NAME, validators=[fits_when_folded])
    genre_key = FoldedField(max_length=MAX_NAME_KEY, db_index=True, of="genre")

    objects = GenreAliasQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "genre aliases"
        ordering = ["genre_key", "alias_key"]
        constraints = [
            models.CheckConstraint(condition=~Q(alias_key="") & ~Q(genre_key=""), name="genre_alias_not_blank")
        ]

    def __str__(self) -> str:
        return f"{self.alias} → {self.genre}"

    def clean(self) -> None:
        key = without_signs(self.alias)
        if not key:
            raise ValidationError({"alias": "An alias has letters or digits."})
        if GenreAlias.objects.filter(alias_key=key).exclude(pk=self.pk).exists():
            raise ValidationError({"alias": "This alias is there already (without case, accents and signs)."})
        if not fold_case(self.genre):
            raise ValidationError({"genre": "This field may not be blank."})
