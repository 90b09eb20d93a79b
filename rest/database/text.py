"""Folding of text: what counts as the same name, and what search compares."""

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.deconstruct import deconstructible

from rest.database.scripts import without_accents

# Signs that are typed for an apostrophe, and letters that look like one.
APOSTROPHES = dict.fromkeys(map(ord, "’‘‛`´′ʼʻʹ＇"), "'")


def fold_case(text: str) -> str:
    """`text` as names are compared: without case, compatibility forms or surplus white space; accents matter."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def fold_accents(text: str) -> str:
    """`text` as search and filters compare it: folded, without accents, every apostrophe the straight one."""
    if text.isascii():
        return " ".join(text.replace("`", "'").lower().split())
    return " ".join(without_accents(fold_case(text.translate(APOSTROPHES))).split())


# What shows nothing although Unicode counts it among letters, marks and symbols: fillers, selectors, blank Braille.
FILLERS = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: white space, controls, formats such as U+200B and U+00AD, fillers."""
    return all(
        char.isspace() or unicodedata.category(char) in ("Cc", "Cf") or FILLERS.match(char) is not None for char in text
    )


def not_blank(text: str) -> None:
    """Refuses text in which there is nothing to see."""
    if is_blank(text):
        raise ValidationError("This field may not be blank.", code="blank")


@deconstructible
class FitsWhenFolded:
    """Refuses text whose folded form exceeds `limit`: some characters become many (one Arabic ligature eighteen)."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, text: str) -> None:
        if len(fold_case(text)) > self.limit:
            raise ValidationError("This text is too long for its unusual characters.", code="max_length")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FitsWhenFolded) and other.limit == self.limit

    def __hash__(self) -> int:
        return hash(self.limit)


class FoldedField(models.CharField):
    """A column that always holds `fold()` of another field, by default for comparison and uniqueness without case.

    Folded in Python, because SQLite's LOWER() knows ASCII only and the databases would disagree about "É".
    """

    def __init__(self, *args: Any, of: str, fold: Callable[[str], str] = fold_case, **kwargs: Any) -> None:
        self.of, self.fold = of, fold
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"]
        fold = {} if self.fold is fold_case else {"fold": self.fold}
        return name, path, list(args), {**kwargs, "of": self.of, **fold}

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        original = getattr(model_instance, self.of)
        folded = None if original is None else self.folded(original)
        setattr(model_instance, self.attname, folded)
        return folded

    def folded(self, text: str) -> str:
        """What the column holds where the other field is `text`."""
        return self.fold(text)


class PlainField(FoldedField):
    """The same without accents, `fold_accents()`, and in the same order on both databases."""

    def __init__(self, *args: Any, of: str, fold: Callable[[str], str] = fold_accents, **kwargs: Any) -> None:
        super().__init__(*args, of=of, fold=fold, **kwargs)

    def folded(self, text: str) -> str:
        """Cut off where letters have become too many: this column tells nobody apart."""
        return super().folded(text)[: self.max_length]

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """By code point: SQLite compares bytes by itself, PostgreSQL as its host's language does."""
        parameters = super().db_parameters(connection)
        return {**parameters, "collation": "C"} if connection.vendor == "postgresql" else parameters


def folded_fields(model: type[models.Model], of: Collection[str]) -> list[FoldedField]:
    """The columns of `model` that are folded from one of these fields."""
    return [field for field in model._meta.concrete_fields if isinstance(field, FoldedField) and field.of in of]
