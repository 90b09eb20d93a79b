"""Rules for names and addresses that people choose."""

import re
import unicodedata
from itertools import pairwise

from confusable_homoglyphs import categories, confusables
from django.core.exceptions import ValidationError

from rest.database.text import FILLERS

# What a name is made of, a sign for each character: L letter, A letter of a script that joins its letters, V virama,
# M another mark that belongs to a letter, N digit or underscore, P one of @.+-, J and j the joiners, X anything else.
JOINING = {"ARABIC", "SYRIAC", "NKO", "MONGOLIAN", "ADLAM", "HANIFI_ROHINGYA"}
JOINERS = {"\u200d": "J", "\u200c": "j"}
VIRAMA = 9  # its combining class
NAME = re.compile(r"(?:[LA][MV]{0,4}|(?<=V)[Jj]|(?<=[AM])j(?=A)|[NP])+")
PLAIN = re.compile(r"[A-Za-z0-9_@.+-]+")

# Scripts that one language writes together; marks that any script uses belong to none.
TOGETHER = [
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "HANGUL"},
    {"LATIN", "HAN", "BOPOMOFO"},
]
OF_NO_SCRIPT = {"COMMON", "INHERITED"}


def check_letters(username: str) -> None:
    """Refuses what is neither a letter with its marks nor a digit nor one of @.+-_, and what is not seen.

    Vowels of Devanagari, Tamil or Thai are marks: they belong to a letter, and so do the joiners of these scripts.
    """
    if PLAIN.fullmatch(username):
        return
    if not NAME.fullmatch("".join(map(sign_of, username))) or repeats_a_mark(username):
        raise ValidationError("Enter letters with their marks, digits and @/./+/-/_ only.", code="invalid")


def sign_of(char: str) -> str:
    category = unicodedata.category(char)
    if FILLERS.match(char):
        return "X"
    if category[0] == "L":
        return "A" if categories.alias(char) in JOINING else "L"
    if category in ("Mn", "Mc"):
        return "V" if unicodedata.combining(char) == VIRAMA else "M"
    if category[0] == "N" or char == "_":
        return "N"
    return "P" if char in "@.+-" else JOINERS.get(char, "X")


def repeats_a_mark(username: str) -> bool:
    return any(one == other and unicodedata.category(one) == "Mn" for one, other in pairwise(username))


def refuse_confusable_scripts(username: str) -> None:
    """Refuses a name that mixes scripts to look like another one ("аlice" with a Cyrillic а)."""
    scripts = categories.unique_aliases(username) - OF_NO_SCRIPT
    belong_together = len(scripts) < 2 or any(scripts <= together for together in TOGETHER)
    if not belong_together and confusables.is_confusable(username):
        raise ValidationError("Mixes letters of several alphabets that look alike.", code="confusable")


def check_mailable(address: str) -> None:
    """Refuses an address that no mail can be sent to."""
    if not is_mailable(address):
        raise ValidationError("Is an address that this server cannot send mail to.", code="not_mailable")


def is_mailable(address: str) -> bool:
    """Whether the outbox can carry the address.

    It keeps recipients separated by commas, and one quoted name, valid as that is, could hide several of them:
    `"x,victim@example.com,y"@example.com`. Letters outside ASCII before the @ reach few mail servers.
    """
    return '"' not in address and "," not in address and address.rpartition("@")[0].isascii()
