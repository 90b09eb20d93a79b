"""What is an accent and what is a letter, script by script.

Unicode calls both "marks": the acute of é, which people leave out when they type, and the vowels of Devanagari, without
which another word remains. These tables say which marks may be left out; every other one is part of its letter.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple


class Accents(NamedTuple):
    """Marks that may be left out, and the letters on which that is so (a pattern for one letter)."""

    script: str
    marks: str  # characters and ranges, as between the brackets of a regular expression
    letters: str = r"."


DIACRITICS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
ACCENTS = [
    Accents("Latin, Greek, numbers and signs", DIACRITICS, r"[^\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]"),
    # й, ї, ў and ѓ are letters; the stress of a vowel is printed for learners, and ё is mostly printed as е.
    Accents("Cyrillic stress", r"\u0300\u0301", "[аеиоуыэюяієѵ]"),
    Accents("Cyrillic ё", r"\u0308", "е"),
    Accents("Hebrew points", r"\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\ufb1e"),
    Accents(
        "Arabic vowel signs", r"\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06ed"
    ),
    Accents("Arabic hamza and madda of the alef", r"\u0653-\u0655", "\u0627"),
    Accents("choice of a glyph", r"\ufe00-\ufe0f\U000e0100-\U000e01ef"),
]
PATTERNS = [(re.compile(f"[{accents.marks}]"), re.compile(accents.letters, re.DOTALL)) for accents in ACCENTS]

# Letters that Unicode does not decompose but that people type without their stroke.
UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
# Arabic letters of which a keyboard has one or another: those of Persian and Urdu, the teh marbuta that is typed as
# heh, the yeh without dots, the alef of the Quran.
ALIKE = str.maketrans(
    "\u06a9\u06cc\u0649\u0629\u06c3\u06c1\u06d5\u0671", "\u0643\u064a\u064a\u0647\u0647\u0647\u0647\u0627"
)
DIGITS = {code: str(unicodedata.decimal(chr(code))) for code in range(0x80, 0x1FB00) if chr(code).isdecimal()}
PLAIN_LETTERS = UNDECOMPOSED | ALIKE | DIGITS
LENGTHENING = "\u0640"  # Arabic: makes a word wider and says nothing

# Scripts that do not set words apart, or glue endings to them: their words are found by pairs of letters.
UNSPACED = (
    r"\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9fe\u1780-\u17d3"  # Thai, Lao, Burmese, Khmer
    r"\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # Japanese syllables
    r"\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese signs and sounds
    r"\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb"  # Korean
)
is_unspaced = re.compile(f"[{UNSPACED}]").match


@lru_cache(maxsize=10_000)
def is_accent(letter: str, mark: str) -> bool:
    """Whether the mark may be left out on that letter ("" where it stands on none)."""
    return any(marks.match(mark) and letters.match(letter or " ") for marks, letters in PATTERNS)


def without_accents(text: str) -> str:
    """`text`, in small letters, without its accents and without characters that nobody sees; composed (NFC).

    Of letters that are written for one another one stands for all, and digits are those of ASCII.
    """
    kept, letter = [], ""
    for char in unicodedata.normalize("NFKD", text):
        category = unicodedata.category(char)
        if category[0] != "M":
            letter = char
        elif is_accent(letter, char):
            continue
        if category != "Cf" and char != LENGTHENING:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept).translate(PLAIN_LETTERS))


def characters(*categories: str) -> str:
    """All characters of these categories of Unicode, as ranges between the brackets of a regular expression."""
    runs = groupby(range(0x80, 0x1FB00), lambda code: unicodedata.category(chr(code)) in categories)
    ranges = [list(codes) for is_wanted, codes in runs if is_wanted]
    return "".join(f"{chr(codes[0])}-{chr(codes[-1])}" for codes in ranges)


MARKS = characters("Mn", "Mc", "Me")
PICTURES = characters("So")  # hearts, thumbs, faces: what a title may be remembered by
