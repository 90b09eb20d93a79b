"""search.find(): words of all scripts, one thing written in several ways, and a title with its year."""

import pytest

from movies import search, services
from movies.models import Movie, SearchPosting, SearchRevision, SearchSpelling, SearchWord


def titles(text: str) -> list[str]:
    of_id = dict(Movie.objects.values_list("pk", "title"))
    return [of_id[pk] for pk in search.find(text).page(0, search.LIMIT)[0]]


def years(text: str) -> list[int]:
    of_id = dict(Movie.objects.values_list("pk", "release_date__year"))
    return [of_id[pk] for pk in search.find(text).page(0, search.LIMIT)[0]]


@pytest.fixture
def make_titles(make_movie):
    def make(*titles: str) -> None:
        for title in titles:
            make_movie(title)

    return make


class TestOtherScripts:
    @pytest.mark.parametrize(
        ("title", "part"),
        [
            ("東京物語", "物語"),
            ("東京物語", "語"),
            ("千と千尋の神隠し", "千尋 神隠し"),
            ("살인의 추억", "추억"),
            ("살인의 추억", "살인의추억"),
            ("스물다섯 스물하나", "다섯"),
            ("スター・ウォーズ", "スターウォーズ"),
            ("スターウォーズ", "スター・ウォーズ"),
            ("ฉลาดเกมส์โกง", "เกมส์"),
            ("ฉลาดเกมส์โกง", "เกม"),
            ("កូនអើយ ម្តាយអើយ", "ម្តាយ"),
            ("दिलवाले दुल्हनिया ले जायेंगे", "जायेंगे"),
            ("ஆயிரத்தில் ஒருவன்", "ஒருவன்"),
            ("Й-Ван", "йван"),
            ("می‌خواهم زنده بمانم", "میخواهم"),
            ("می‌خواهم زنده بمانم", "می خواهم"),
        ],
    )
    def test_a_word_within_a_title_finds_it(self, make_titles, title, part):
        make_titles(title, "Alien", "七人の侍", "기생충", "คนบ้า", "शोले")
        assert titles(part) == [title]

    @pytest.mark.parametrize(
        ("title", "other"),
        [
            ("शोले", "शीला"),
            ("கொடி", "காடு"),
            ("ছবি", "ছোবা"),
            ("がく", "かく"),
            ("май", "маи"),
            ("มา", "ม้า"),
            ("ぱり", "はり"),
        ],
    )
    def test_another_word_of_the_same_consonants_is_not_taken_for_it(self, make_titles, title, other):
        make_titles(title)
        if other in {"маи"}:  # one letter away, as any typing error
            assert search.find(other).query.groups[0][0].quality < 10
        else:
            assert titles(other) == []

    @pytest.mark.parametrize(("title", "typed"), [("शोले", "शोलें"), ("Женщина", "жинщина"), ("שָׁלוֹם", "שלוס")])
    def test_typing_errors_are_forgiven_where_words_are_set_apart(self, make_titles, title, typed):
        make_titles(title)
        assert titles(typed) == [title]

    def test_a_wrong_sign_leaves_the_other_pairs(self, make_titles):
        make_titles("千と千尋の神隠し", "七人の侍")
        assert titles("千と千尋の紙隠し")[0] == "千と千尋の神隠し"

    def test_pairs_of_signs_have_no_misspellings(self, make_titles):
        make_titles("東京物語", "คิดถึง")
        assert set(SearchSpelling.objects.values_list("text")) == set(SearchSpelling.objects.values_list("word__text"))

    def test_a_long_query_asks_for_a_bounded_number_of_pairs(self, make_titles, django_assert_max_num_queries):
        make_titles("侍" * 3)
        with django_assert_max_num_queries(8):
            titles("東京物語七人の侍千尋神隠" * 400)

    def test_a_picture_is_a_word(self, make_titles):
        make_titles("I ❤ Huckabees", "The Emoji Movie 😀", "Alien")
        assert titles("❤️") == ["I ❤ Huckabees"]
        assert titles("😀") == ["The Emoji Movie 😀"]


class TestSpellingsOfOneThing:
    @pytest.mark.parametrize(
        ("title", "typed"),
        [
            ("R.I.P.D.", "ripd"),
            ("S.W.A.T.", "S W A T"),
            ("S.W.A.T.", "s.w.a.t"),
            ("SWAT", "S.W.A.T."),
            ("SWAT", "s w a t"),
            ("E.T. the Extra-Terrestrial", "et the extraterrestrial"),
            ("Spider-Man", "spiderman"),
            ("Spider-Man", "spider man"),
            ("Spiderman", "spider man"),
            ("Spiderman", "spider-man"),
            ("WALL·E", "wall-e"),
            ("Face/Off", "faceoff"),
            ("10,000 BC", "10000 bc"),
            ("10000 BC", "10.000 BC"),
            ("Fast & Furious", "fast and furious"),
            ("Fast and Furious", "fast & furious"),
            ("L’Avventura", "avventura"),
            ("L’Avventura", "l avventura"),
        ],
    )
    def test_however_it_is_written_it_is_found(self, make_titles, title, typed):
        # Others have each of the words, so that nothing is found by what is left over.
        make_titles(title, "Man", "Swat Team", "Spider", "The Spiderman Diary", "Wall", "Off", "The Fast and the Dead")
        assert title in titles(typed)[:2]

    def test_what_is_written_as_typed_comes_before_what_is_joined(self, make_titles):
        make_titles("The Rapist", "Therapist", "The Rapist Returns")
        assert titles("the rapist")[0] == "The Rapist"
        assert titles("therapist")[0] == "Therapist"

    def test_the_director_is_found_by_letters_with_and_without_dots(self, make_movie):
        make_movie("Intolerance", director="D. W. Griffith")
        for typed in ("dw griffith", "d.w. griffith", "d w griffith", "d. griffith"):
            assert titles(typed) == ["Intolerance"]


class TestTitleAndYear:
    @pytest.fixture
    def remakes(self, make_movie):
        for year in (1922, 1949, 1973, 2010):
            make_movie("Zorgon Attacks", release_date=f"{year}-05-05")
        make_movie("Zorgon Attacks 1949 Again", release_date="2012-01-01")

    @pytest.mark.parametrize(
        "typed", ["zorgon attacks {}", "Zorgon Attacks ({})", "{} zorgon attacks", "zorgon attacks, {}"]
    )
    @pytest.mark.parametrize("year", [1922, 1949, 1973, 2010])
    def test_the_year_chooses(self, remakes, typed, year):
        assert years(typed.format(year))[0] == year

    def test_the_year_chooses_among_the_unfinished_too(self, remakes):
        assert years("zorgon 1973") == [1973]

    def test_a_year_without_such_a_film_leaves_the_others(self, remakes):
        assert set(years("zorgon attacks 1888")) >= {1922, 1949, 1973, 2010}

    @pytest.mark.parametrize("title", ["1917", "2001: A Space Odyssey", "Blade Runner 2049", "Class of 1984"])
    def test_a_number_in_a_title_is_a_word_of_it(self, make_movie, title):
        make_movie(title, release_date="1990-01-01")
        for year in (1917, 1984, 2001, 2049):
            make_movie(f"Film of {year}", release_date=f"{year}-01-01")
        assert titles(title)[0] == title

    def test_the_whole_title_of_the_year_comes_before_longer_ones(self, make_movie):
        make_movie("Hamlet", release_date="1948-05-04")
        make_movie("Hamlet", release_date="1990-12-18")
        for n in range(5):
            make_movie("Hamlet of Hamlets", genre_list=["Hamlet"], release_date="1948-01-01", description=str(n))
        assert titles("hamlet 1948")[0] == "Hamlet"
        assert years("hamlet 1948")[0] == 1948

    def test_a_new_date_is_another_year(self, remakes, alice):
        movie = Movie.objects.get(release_date__year=1973)
        services.change_movie(movie=movie, by=alice.user, release_date="1974-01-01")
        assert years("zorgon 1974")[0] == 1974

    def test_many_remakes_are_not_searched_through_one_by_one(self, make_movie, monkeypatch):
        monkeypatch.setattr("movies.search.finding.EXAMINED", 3)
        monkeypatch.setattr("movies.search.finding.EXAMINED_AGAIN", 3)
        for year in range(1950, 1970):
            make_movie("Carmen", release_date=f"{year}-05-05")
        assert years("carmen 1951") == [1951]


class TestOtherRules:
    """A release whose rules are others makes the index anew."""

    def test_without_movies_there_is_nothing_to_make_anew(self, db):
        SearchRevision.objects.all().delete()
        assert not search.is_outdated()

    def test_an_index_of_older_rules_is_made_anew_in_batches(self, make_titles, monkeypatch):
        monkeypatch.setattr("movies.search.revision.BATCH", 2)
        make_titles("東京物語", "Alien", "S.W.A.T.", "1917", "Amélie")
        SearchPosting.objects.all().delete()
        SearchWord.objects.update(movies_count=0)
        SearchRevision.objects.update_or_create(pk=SearchRevision.ID, defaults={"number": 0})
        assert search.is_outdated()
        search.bring_up_to_date()
        assert not search.is_outdated()
        assert titles("物語") == ["東京物語"]
        assert list(search.flaws(list(Movie.objects.complete()))) == []
        assert search.wrong_counts() == []

    def test_a_catalogue_from_before_the_rules_were_numbered_is_outdated(self, movie):
        SearchRevision.objects.all().delete()
        assert search.is_outdated()
        search.bring_up_to_date()
        assert not search.is_outdated()
