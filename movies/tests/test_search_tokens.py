"""movies.search.tokens: the words of a text, and what is written in two ways."""

import pytest

from movies.search.tokens import MAX_PARTS, folded, indexed_words, typed, words_and_compounds


def words(text: str) -> list[str]:
    return words_and_compounds(folded(text))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Schindler's List", ["schindlers", "list"]),
        ("Rock 'n' Roll", ["rock", "n", "roll"]),
        ("’71", ["71"]),
        ("Fast & Furious", ["fast", "and", "furious"]),
        ("snake_case", ["snake", "case"]),
        ("शोले और ज़िंदगी", ["शोले", "और", "ज़िंदगी"]),
        ("東京物語", ["東京", "京物", "物語"]),
        ("侍", ["侍"]),
        ("살인의 추억", ["살인", "인의", "추억"]),
        ("คิดถึง", ["คิด", "ดถึ", "ถึง"]),
        ("3年B組", ["3", "年", "b", "組"]),
        ("I ❤️ Huckabees 👍🏽", ["i", "❤", "huckabees", "👍"]),
        ("…!? $ + ·", []),
        ("", []),
    ],
)
def test_the_words_of_a_text(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "further"),
    [
        ("S.W.A.T.", {"swat"}),
        ("S.O.S. Titanic", {"sos"}),
        ("S W A T", {"swat"}),
        ("D. W. Griffith", {"dw"}),
        ("Spider-Man", {"spiderman"}),
        ("WALL·E", {"walle"}),
        ("Face/Off", {"faceoff"}),
        ("3:10 to Yuma", {"310"}),
        ("10,000 BC", {"10000"}),
        ("Joon-ho Bong", {"joonho"}),
        ("L’Avventura", {"avventura"}),
        ("Dell'arte", {"arte"}),
        ("東京物語", {"語"}),
        ("スター・ウォーズ", {"ー", "ーウ", "ズ"}),
        ("黒澤 明", {"澤", "澤明"}),
        ("Don't Look Now", set()),
        ("Spider Man", set()),
        ("Mission: Impossible – Fallout", set()),
        ("-".join("abcdefghi"), set()),
        ("x" * 30 + "-" + "y" * 30, set()),
    ],
)
def test_what_the_index_has_besides_the_words(text, further):
    assert set(indexed_words(text)) - set(words(text)) == further


def test_a_compound_says_as_much_as_if_it_had_been_written_so():
    assert indexed_words("S.W.A.T. Firefight") == {**dict.fromkeys(["s", "w", "a", "t", "firefight"], 5), "swat": 2}


def test_a_compound_has_a_bounded_number_of_parts():
    assert "a" * MAX_PARTS in indexed_words(".".join("a" * MAX_PARTS))
    assert set(indexed_words(".".join("a" * (MAX_PARTS + 1)))) == {"a"}


@pytest.mark.parametrize("text", ["a-b " * 64, "a" * 255, "侍" * 255, "ก" * 255, "ㅋ ・" * 85, "l'arte " * 36])
def test_no_title_has_more_words_than_twice_its_letters(text):
    assert len(indexed_words(text)) <= 2 * len(text)


def test_a_query_has_each_word_once_and_what_neighbours_are_as_one():
    query = typed("Spider man, spider web", most=12)
    assert query.words == ["spider", "man", "web"]
    assert query.last == "web"
    assert query.compounds == {
        "spider": {"spiderman", "manspider", "spiderweb"},
        "man": {"spiderman", "manspider"},
        "web": {"spiderweb"},
    }


def test_a_query_has_so_many_words_at_most():
    query = typed("千と千尋の神隠し" * 50, most=5)
    assert len(query.words) == len(query.compounds) == 5
