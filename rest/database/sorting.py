"""In which order titles stand: as in a printed catalogue, without accents and without the article at the beginning."""

import re

from rest.database.scripts import MARKS
from rest.database.text import APOSTROPHES, fold_accents, fold_case

# Nobody says of a title which language it is in. These words are articles wherever they begin one. Those that are as
# often another word are left out: "die" ("Die Hard"), "de" and "en" ("De tout mon cœur"), "o" ("O Brother"), "i", "as".
ARTICLES = {
    "English": "the a an",
    "French": "le la les un une",
    "German": "der das ein eine",
    "Spanish": "el los las una",
    "Italian": "il lo gli uno",
    "Portuguese": "os um uma",
    "Catalan": "els",
    "Dutch": "het een",
    "Scandinavian": "den det ett",
    "Hungarian": "az egy",
    "Greek": "ο η το οι τα ένας μια ένα",
}
ELIDED = "l un gl"  # before an apostrophe
# What begins with an article all the same, and is no more without it.
NAMES = ("los angeles", "las vegas", "el paso", "el dorado", "le mans", "la paz", "la jolla", "den haag", "der spiegel")

WORDS = " ".join(ARTICLES.values()).split()
SIGNS = re.compile(rf"(?:[^\w{MARKS}]|_)+")
ARTICLE = re.compile(rf"(?:(?:{'|'.join(WORDS)}) |(?:{'|'.join(ELIDED.split())})' ?)(?=\w)")


def sort_key(text: str) -> str:
    """`text` as titles are put in order: folded, without an article at the beginning, a space for all signs.

    A title that is nothing else keeps them ("A", "The The", "…").
    """
    whole = fold_case(text.translate(APOSTROPHES))
    title = whole[match.end() :] if (match := SIGNS.match(whole)) else whole
    rest = title[match.end() :] if (match := ARTICLE.match(title)) and not is_name(title) else title
    plain = fold_accents(title if rest in WORDS else rest).replace("'", "")
    return " ".join(SIGNS.sub(" ", plain).split()) or whole


def without_signs(text: str) -> str:
    """The letters and digits of `text`, folded without accents: what "Sci-Fi", "sci fi" and "SciFi" have in common."""
    return SIGNS.sub("", fold_accents(text).replace("&", "and"))


def is_name(title: str) -> bool:
    return any(title == name or title.startswith(f"{name} ") for name in NAMES)
