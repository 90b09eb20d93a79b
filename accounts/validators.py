"""Rules for names that people choose."""

from confusable_homoglyphs import confusables
from django.core.exceptions import ValidationError


def refuse_confusable_scripts(username: str) -> None:
    """Refuses a name that mixes scripts to look like another one ("аlice" with a Cyrillic а)."""
    if confusables.is_dangerous(username):
        raise ValidationError("Mixes letters of several alphabets that look alike.", code="confusable")
