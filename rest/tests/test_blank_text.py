"""What has nothing to see in it is blank, whatever Unicode calls it."""

import pytest

from rest.database.text import is_blank

INVISIBLE = {
    "nothing": "",
    "white space": " \t\r\n\u00a0\u3000\u2028",
    "a zero width space": "\u200b",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "joiners": "\u200c\u200d\u2060",
    "marks of direction": "\u202e\u2066\u200f",
    "fillers of Hangul": "\u115f\u1160\u3164\uffa0",
    "a joiner of graphemes": "\u034f",
    "selectors of variants": "\ufe0f\U000e0100",
    "vowels of Khmer that are not shown": "\u17b4\u17b5",
    "an empty pattern of Braille": "\u2800",
    "tags": "\U000e0041\U000e007f",
    "controls": "\x07\x7f\x85",
    "several of them": " \u200b\u3164\u00ad\ufe0f ",
}


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
def test_what_shows_nothing_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", "-", ".", "\u200bM\u200b", "❤️", "👩‍👩‍👧", "\u0301", "가", "ㅤ가", "⠁", "0", "\ufffd", "។"]
)
def test_what_shows_something_is_not(text):
    assert not is_blank(text)
