"""rest.database.scripts: what is an accent and what is a letter."""

import pytest

from rest.database.scripts import ACCENTS, is_accent, is_unspaced
from rest.database.text import fold_accents


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Amélie", "amelie"),
        ("Ame\u0301lie", "amelie"),
        ("ÅNGSTRÖM", "angstrom"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Ǽon Øre", "aeon ore"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Đất rừng phương Nam", "dat rung phuong nam"),
        ("Αμελί Ὀδύσσεια", "αμελι οδυσσεια"),
        ("Ёлки", "елки"),
        ("Же\u0301нщина", "женщина"),
        ("שָׁלוֹם", "שלום"),
        ("شَمْسٌ", "شمس"),
        ("أحمد إلى آخر", "احمد الي اخر"),
        ("شـــمس", "شمس"),
        ("1\ufe0f\u20e3", "1"),
        ("❤\ufe0f", "❤"),
        ("soft\u00adly", "softly"),
        ("L’Avventura, O`Brien, Oʻahu", "l'avventura, o'brien, o'ahu"),
    ],
)
def test_an_accent_is_left_out(text, folded):
    assert fold_accents(text) == folded


@pytest.mark.parametrize(
    "text",
    ["й", "ў", "ї", "ѓ", "ќ", "が", "ぱ", "ヴ", "が゚", "शोले", "दिलवाले दुल्हनिया", "ज़िंदगी", "கொடி", "ছবি", "ละคร", "น้องนาง", "ລາວ", "မြန်မာ",
     "ភាសាខ្មែរ", "기생충", "മലയാളം", "ؤ", "ئ"],
)  # fmt: skip
def test_a_sign_that_belongs_to_a_letter_is_kept(text):
    assert fold_accents(text) == text


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("کتاب یک", "كتاب يك"),
        ("الحمامة", "الحمامه"),
        ("على", "علي"),
        ("ٱلله", "الله"),
        ("ہندوستان", "هندوستان"),
        ("مسی\u0654ول", "مسئول"),
        ("خانهٔ", "خانه\u0654"),
    ],
)
def test_arabic_letters_of_several_keyboards_are_the_same(text, other):
    assert fold_accents(text) == fold_accents(other)


@pytest.mark.parametrize("text", ["١٩٤٩", "۱۹۴۹", "१९४९", "১৯৪৯", "๑๙๔๙", "１９４９", "𝟏𝟗𝟒𝟗"])
def test_digits_are_the_same_in_every_script(text):
    assert fold_accents(f"a {text}") == "a 1949"


def test_letters_of_half_and_full_width_are_the_same():
    assert fold_accents("ｶﾞｷﾞ ＡＢＣ") == "ガギ abc"


def test_folding_twice_changes_nothing_more():
    for text in ("Ǽon Đất", "ｶﾞｷﾞ", "شَمْسٌ", "दिलवाले", "Άι\u0345", "ﷺ", "½", "ΐ"):
        assert fold_accents(fold_accents(text)) == fold_accents(text)


def test_each_line_of_the_table_drops_a_mark_somewhere():
    examples = ["e\u0301", "и\u0301", "е\u0308", "ש\u05c1", "\u0634\u064e", "\u0627\u0654", "❤\ufe0f"]
    assert len(examples) == len(ACCENTS)
    assert all(is_accent(letter, mark) for letter, mark in examples)


@pytest.mark.parametrize("letter", ["東", "の", "ー", "々", "ヶ", "한", "ไ", "ກ", "မ", "ខ", "ㄅ", "𠮷"])
def test_scripts_without_spaces(letter):
    assert is_unspaced(letter)


@pytest.mark.parametrize("letter", ["a", "é", "ж", "α", "א", "ش", "श", "த", "১", "ა", "የ", "1", "・", "。", "❤"])
def test_scripts_with_spaces(letter):
    assert not is_unspaced(letter)
