"""rest.database.sorting: where a title stands."""

import pytest

from rest.database.sorting import ARTICLES, NAMES, sort_key


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("The Banquet", "banquet"),
        ("  THE   Matrix", "matrix"),
        ("A Cat", "cat"),
        ("An American in Paris", "american in paris"),
        ("Les Misérables", "miserables"),
        ("L’Avventura", "avventura"),
        ("L'été meurtrier", "ete meurtrier"),
        ("Un'altra vita", "altra vita"),
        ("Das Boot", "boot"),
        ("El Norte", "norte"),
        ("Il postino", "postino"),
        ("Het Vonnis", "vonnis"),
        ("Det sjunde inseglet", "sjunde inseglet"),
        ("Az ötödik pecsét", "otodik pecset"),
        ("Το βλέμμα του Οδυσσέα", "βλεμμα του οδυσσεα"),
        ("The A-Team", "a team"),
        ("A La Carte", "la carte"),
    ],
)
def test_a_leading_article_does_not_count(title, key):
    assert sort_key(title) == key


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("A", "a"),
        ("The", "the"),
        ("La", "la"),
        ("The The", "the the"),
        ("Die Hard", "die hard"),
        ("De tout mon cœur", "de tout mon coeur"),
        ("À bout de souffle", "a bout de souffle"),
        ("O Brother, Where Art Thou?", "o brother where art thou"),
        ("I, Robot", "i robot"),
        ("A.I. Artificial Intelligence", "a i artificial intelligence"),
        ("Theatre of Blood", "theatre of blood"),
        ("Los Angeles Plays Itself", "los angeles plays itself"),
        ("Las Vegas", "las vegas"),
    ],
)
def test_what_is_no_article_or_nothing_else_stays(title, key):
    assert sort_key(title) == key


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("…And Justice for All", "and justice for all"),
        ("'71", "71"),
        ("[REC]", "rec"),
        ("(500) Days of Summer", "500 days of summer"),
        ("¡Átame!", "atame"),
        ("Ocean's Eleven", "oceans eleven"),
        ("शोले", "शोले"),
        ("…", "..."),
        ("$", "$"),
        ("?!", "?!"),
    ],
)
def test_signs_count_only_where_there_is_nothing_else(title, key):
    assert sort_key(title) == key


def test_letters_with_accents_stand_beside_those_without():
    titles = ["Zulu", "Élan", "apple", "Ärger", "The Banquet", "A Cat", "Łódź", "Mango", "Arges", "Øresund"]
    in_order = ["apple", "Ärger", "Arges", "The Banquet", "A Cat", "Élan", "Łódź", "Mango", "Øresund", "Zulu"]
    assert sorted(titles, key=sort_key) == in_order


def test_no_article_stands_in_two_languages_and_each_name_begins_with_one():
    words = [word for of_language in ARTICLES.values() for word in of_language.split()]
    assert len(words) == len(set(words))
    assert {name.split()[0] for name in NAMES} <= set(words)
