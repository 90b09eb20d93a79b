"""Whom a name looks like, whatever alphabet it is written in: the skeletons of Unicode's technical standard 39.

Two names look alike where their skeletons are equal. The standard's data comes with confusable-homoglyphs, which says
of each character what it may be mistaken for, in both directions; from these pairs the prototypes follow.
"""

import unicodedata
from functools import cache

from confusable_homoglyphs.confusables import confusables_data
from django.db.models import Q

from rest.database.text import FILLERS, fold_case

MAX_SKELETON = 150  # characters that are kept and compared

# What the standard tells apart by the shape of printed letters, and people at a glance do not.
AT_A_GLANCE = dict(zip("вькмнптиӏєηκτεωχμ", "bbkmhntulenktewxu", strict=True))  # Cyrillic, then Greek

RESERVED = {
    "admin",
    "administrator",
    "marquee",
    "moderator",
    "postmaster",
    "root",
    "security",
    "staff",
    "superuser",
    "support",
    "system",
    "webmaster",
}


@cache
def prototypes() -> dict[str, str]:
    """Character → what it looks like. Of characters that look alike, the one with the most pairs is the prototype."""
    pairs: dict[str, set[str]] = {}
    for one, others in confusables_data.items():
        pairs[visible(one)] = {visible(other["c"]) for other in others}
    found = {}
    for one, others in pairs.items():
        other = max(others, key=len)
        if len(one) == 1 and (len(other), len(pairs[other]), other) > (1, len(others), one):
            found[one] = other
    found |= AT_A_GLANCE
    return {one: "".join(found.get(char, char) for char in prototype) for one, prototype in found.items()}


def visible(text: str) -> str:
    """`text` without what is not seen: formats, such as joiners and marks of direction, and fillers."""
    return "".join(char for char in FILLERS.sub("", text) if unicodedata.category(char) != "Cf")


def skeleton(text: str) -> str:
    looks, decomposed = prototypes(), unicodedata.normalize("NFD", visible(text))
    return unicodedata.normalize("NFD", "".join(looks.get(char, char) for char in decomposed))


def skeleton_of_name(name: str) -> str:
    """What a name looks like in small letters."""
    return skeleton(fold_case(name))[:MAX_SKELETON]


def skeleton_as_shown(name: str) -> str:
    """What a name looks like as it was typed: "aIice" is "alice", and Cyrillic "ВОВ" is "bob"."""
    return skeleton(fold_case(skeleton(name)))[:MAX_SKELETON]


def skeletons(name: str) -> set[str]:
    return {skeleton_of_name(name), skeleton_as_shown(name)}


def looks_like(name: str) -> Q:
    """Accounts whose names look like `name`, in small letters or as either is shown."""
    wanted = skeletons(name)
    return Q(skeleton__in=wanted) | Q(shown_skeleton__in=wanted)


@cache
def reserved_skeletons() -> frozenset[str]:
    return frozenset().union(*map(skeletons, RESERVED))


def is_reserved(name: str) -> bool:
    """Whether `name` is, or looks like, one by which people speak for the installation."""
    return not reserved_skeletons().isdisjoint(skeletons(name))
