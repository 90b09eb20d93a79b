"""GET /api/v1/movies/search/, /api/movies/search/ and /movies/search/"""

import pytest

from movies import services
from movies.tests.contract import KEYS_AT, items_of, number_of_queries, refused_fields

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def catalogue(made_once):
    """Title → movie, of a few that are easily mistaken for each other."""
    rows = [
        ("The Shawshank Redemption", "Frank Darabont", ["Drama"]),
        ("Léon", "Luc Besson", ["Thriller"]),
        ("Schindler's List", "Steven Spielberg", ["Drama", "History"]),
        ("Alien", "Ridley Scott", ["Horror"]),
        ("Aliens", "James Cameron", ["Action"]),
        ("Alien: Resurrection", "Jean-Pierre Jeunet", ["Action"]),
        ("The Horror of It All", "Terence Fisher", ["Comedy"]),
        ("Øresund", "Scott Horror", ["Documentary"]),
        ("Das weiße Band", "Michael Haneke", ["Drama"]),
        ("七人の侍", "黒澤 明", ["Jidaigeki"]),
    ]
    return {
        title: services.add_movie(by=None, title=title, director=director, genre_list=genres)
        for title, director, genres in rows
    }


@pytest.fixture
def found(anonymous, catalogue, rankings_url):
    """The titles that a search finds, best first."""

    def search(text: str, client=anonymous) -> list[str]:
        response = client.get(f"{rankings_url}search/", {"q": text})
        assert response.status_code == 200, response.content
        return [item["title"] for item in items_of(response)]

    return search


def test_a_result_is_a_whole_movie_on_a_page(anonymous, catalogue, rankings_url):
    response = anonymous.get(f"{rankings_url}search/?q=leon")
    (item,) = items_of(response)
    assert set(item) == KEYS_AT[rankings_url]
    assert 'rel="first"' in response["Link"]


@pytest.mark.parametrize("query", ["", "?q=", "?q=++%09"])
def test_without_q_it_is_400(anonymous, catalogue, rankings_url, query):
    assert refused_fields(anonymous.get(f"{rankings_url}search/{query}")) == {"q"}


@pytest.mark.parametrize("name", ["Q", "query"])
def test_what_is_not_quite_q_is_400_too(anonymous, catalogue, rankings_url, name):
    missing = name if rankings_url == "/api/v1/movies/" else "q"
    assert refused_fields(anonymous.get(f"{rankings_url}search/?{name}=alien")) == {missing}


def test_results_have_one_order_so_that_another_is_400_or_ignored(anonymous, catalogue):
    refused = anonymous.get("/api/v1/movies/search/?q=alien&ordering=title")
    assert refused_fields(refused) == {"ordering"}
    best_first = anonymous.get("/movies/search/?q=alien").json()
    assert anonymous.get("/movies/search/?q=alien&ordering=title").json() == best_first


@pytest.mark.parametrize("text", ["leon", "LEON", "Léon", "LÉON", "le\u0301on", "  léon  ", "léon!"])
def test_case_and_accents_do_not_matter(found, text):
    assert found(text) == ["Léon"]


@pytest.mark.parametrize(
    ("text", "title"),
    [("oresund", "Øresund"), ("weisse band", "Das weiße Band"), ("schindlers", "Schindler's List"), ("七人の侍", "七人の侍"),
     ("schindler’s list", "Schindler's List"), ("resurrection alien", "Alien: Resurrection")],
)  # fmt: skip
def test_letters_that_are_typed_differently_are_found(found, text, title):
    assert found(text)[0] == title


@pytest.mark.parametrize(
    "text",
    [
        "shawshnk",  # one letter left out
        "shawsshank",  # one too many
        "shawshenk",  # another one
        "shawhsank",  # two exchanged
        "shawshank redemtion",
        "shawshenk redemtion",
        "shawshenk redemptoin",
        "the shawshank redemptionn",
        "hawshank",  # the first
        "shawshan",  # the last, which is a beginning
        "darabond",
        "frnk darabont",
    ],
)
def test_one_typing_error_a_word_is_forgiven(found, text):
    assert found(text) == ["The Shawshank Redemption"]


@pytest.mark.parametrize("text", ["shwshnk", "qqqq", "x", "zz top", "1984", "%", "*", "___", "!!!", "🎬", "'"])
def test_what_resembles_nothing_finds_nothing(found, text):
    assert found(text) == []


def test_title_director_and_genre_are_searched(found):
    assert found("redemption") == ["The Shawshank Redemption"]
    assert found("besson") == ["Léon"]
    assert found("thriller") == ["Léon"]
    assert set(found("drama")) == {"The Shawshank Redemption", "Schindler's List", "Das weiße Band"}


def test_words_may_come_from_title_director_and_genre_together(found):
    assert found("aliens cameron") == ["Aliens"]
    assert found("drama spielberg") == ["Schindler's List"]
    assert found("scott alien") == ["Alien"]


def test_the_title_itself_comes_first_then_longer_titles(found):
    titles = found("alien")
    assert titles[0] == "Alien"
    assert set(titles) == {"Alien", "Aliens", "Alien: Resurrection"}
    assert found("aliens")[0] == "Aliens"


def test_a_word_of_the_title_counts_more_than_the_directors_and_that_more_than_the_genre(make_movie, found):
    make_movie("Horror")
    titles = found("horror")
    assert titles[0] == "Horror"
    assert titles.index("The Horror of It All") < titles.index("Øresund") < titles.index("Alien")


def test_of_equal_matches_the_more_popular_comes_first_then_the_newer(make_movie, bob, charlie, found):
    old, popular, new = (make_movie("Solaris", description=text) for text in ("old", "popular", "new"))

    def ids():
        return [item["id"] for item in items_of(bob.get("/api/v1/movies/search/?q=solaris"))]

    assert ids() == [new.pk, popular.pk, old.pk]
    for person in (bob, charlie):
        person.post(f"/api/v1/movies/{popular.pk}/like/")
        person.put(f"/api/v1/movies/{popular.pk}/favorite/")
    charlie.put(f"/api/v1/movies/{old.pk}/rating/", {"rating": 1})  # one voice is not yet popularity
    assert ids() == [popular.pk, new.pk, old.pk]


@pytest.mark.parametrize(("text", "title"), [("resu", "Alien: Resurrection"), ("shaw", "The Shawshank Redemption"),
                                             ("steven spiel", "Schindler's List"), ("thril", "Léon")])  # fmt: skip
def test_the_last_word_may_still_be_unfinished(found, text, title):
    assert found(text) == [title]


def test_only_the_last_word_may_be_unfinished(found):
    assert found("alien resu") == ["Alien: Resurrection"]
    assert set(found("resu alien")) == {"Alien", "Aliens", "Alien: Resurrection"}


def test_where_no_movie_has_all_words_those_with_most_of_them_are_found(found):
    titles = found("the shawshank redemption of schindler")
    assert titles[0] == "The Shawshank Redemption"
    assert "Schindler's List" in titles


def test_small_words_that_no_movie_has_do_not_hide_it(found):
    assert found("shawshank and redemption")[0] == "The Shawshank Redemption"


@pytest.mark.parametrize(
    "text",
    ["' OR 1=1 --", '"alien', "alien AND", "NEAR(alien)", "alien*", "(alien", "alien\\", "alien%", "-alien", "a" * 255,
     "alien " * 42, "\u202ealien", "ﷺ" * 255, "\ud7ff", "٣", "İ", "ß", "\n\t\r", "\x1b[31m"],
)  # fmt: skip
def test_no_input_breaks_it(anonymous, catalogue, rankings_url, text):
    response = anonymous.get(f"{rankings_url}search/", {"q": text})
    assert response.status_code == (200 if text.strip() else 400)
    if "alien" in text and "OR" not in text:
        assert "Alien" in [item["title"] for item in items_of(response)]


@pytest.mark.parametrize("text", ["a" * 256, "alien " * 43, "侍" * 256, "x" * 60_000])
def test_more_than_255_characters_are_400(anonymous, catalogue, movies_url, text):
    assert refused_fields(anonymous.get(f"{movies_url}search/", {"q": text + "."})) == {"q"}


def test_a_nul_is_400(anonymous, catalogue, rankings_url):
    assert refused_fields(anonymous.get(f"{rankings_url}search/?q=alien%00")) == {"q"}


def test_bytes_that_are_no_text_find_nothing(anonymous, catalogue, rankings_url):
    assert anonymous.get(f"{rankings_url}search/?q=%ff%fe").status_code == 200


def test_results_come_in_pages(anonymous, make_movies, rankings_url):
    expected = {movie.pk for movie in make_movies(7)}
    pages = [items_of(anonymous.get(f"{rankings_url}search/?q=movie&page_size=3&page={n}")) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert {item["id"] for page in pages for item in page} == expected
    assert anonymous.get(f"{rankings_url}search/?q=movie&page=2").status_code == 404


def test_filters_narrow_a_search(anonymous, catalogue, rankings_url):
    response = anonymous.get(f"{rankings_url}search/?q=alien&genre=action")
    assert {item["title"] for item in items_of(response)} == {"Aliens", "Alien: Resurrection"}


def test_a_signed_in_caller_sees_their_own_favourite_in_the_results(catalogue, rankings_url, bob):
    bob.put(f"{rankings_url}{catalogue['Léon'].pk}/favorite/")
    (item,) = items_of(bob.get(f"{rankings_url}search/?q=leon"))
    assert item["favorite"] is True


@pytest.mark.parametrize("caller", ["anonymous", "alice"])
def test_a_long_page_takes_no_more_queries_than_a_short_one(request, caller, make_movies, rankings_url):
    client, url = request.getfixturevalue(caller), f"{rankings_url}search/?q=movie"
    make_movies(2)
    client.get(url)
    of_two = number_of_queries(client, url)
    make_movies(13, start=2)
    assert number_of_queries(client, url) == of_two


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_for_reading_only(alice, rankings_url, method):
    assert getattr(alice, method)(f"{rankings_url}search/?q=x").status_code == 405
