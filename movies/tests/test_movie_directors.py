"""A movie's directors: several in their order, `director` the first of them, on every mount."""

from urllib.parse import urlencode

import pytest
from django.db.models import ProtectedError

from movies import search, services, verification
from movies.models import Director, Movie, MovieDirector
from movies.tests.contract import UNKNOWN_ID, Canonical, Classic, Community, Compact, Mount, Showcase

LANA, LILLY, TOM = "Lana Wachowski", "Lilly Wachowski", "Tom Tykwer"


@pytest.fixture
def matrix(make_movie, alice):
    return make_movie(
        "The Matrix",
        by=alice,
        description="A hacker wakes up.",
        release_date="1999-03-31",
        director_list=[LANA, LILLY],
        genre_list=["Science Fiction"],
    )


def names(directors):
    return [director["name"] for director in directors]


def stored(movie):
    """The names in the database, which agrees with itself."""
    assert list(verification.differences()) == []
    return [director.name for director in Movie.objects.get(pk=movie.pk).director_list]


class ListsDirectors(Mount):
    """The mounts that show all directors."""

    def created(self, alice, **fields):
        """The movie as it was shown; it is gone again."""
        response = alice.post(self.list_url, {"title": "The Matrix", **fields})
        assert response.status_code == 201, response.content
        shown = response.json()
        assert self.page(alice.get(self.list_url)) == [shown]
        assert alice.get(self.detail_url(shown["id"])).json() == shown
        assert shown["director"] == (shown["directors"] or [None])[0]
        movie = Movie.objects.get(pk=shown["id"])
        assert stored(movie) == names(shown["directors"])
        services.delete_movie(movie=movie)
        return shown

    def changed(self, alice, movie, **fields):
        response = alice.patch(self.detail_url(movie.pk), fields)
        assert response.status_code == 200, response.content
        shown = response.json()
        assert shown["director"] == (shown["directors"] or [None])[0]
        assert stored(movie) == names(shown["directors"])
        return names(shown["directors"])

    def test_several_are_kept_and_shown_in_their_order(self, alice):
        for order in ([TOM, LANA, LILLY], [LILLY, TOM, LANA]):
            assert names(self.created(alice, directors=order)["directors"]) == order
        assert Director.objects.count() == 3

    def test_a_movie_without_any_has_an_empty_list_and_no_director(self, alice):
        for fields in ({}, {"directors": []}, {"director": None}, {"director": None, "directors": []}):
            shown = self.created(alice, **fields)
            assert (shown["director"], shown["directors"]) == (None, [])

    def test_each_is_a_name_an_id_or_an_object_with_either(self, alice):
        pks = {name: Director.objects.create(name=name).pk for name in (LANA, LILLY)}
        forms = [
            [LANA, LILLY],
            [pks[LANA], pks[LILLY]],
            [{"id": pks[LANA]}, {"name": LILLY}],
            ["lana WACHOWSKI", {"id": pks[LILLY], "name": "Somebody Else"}],
            [LANA, pks[LILLY], {"name": "LANA  wachowski"}, LILLY],
        ]
        for form in forms:
            assert names(self.created(alice, directors=form)["directors"]) == [LANA, LILLY], form
        assert Director.objects.count() == 2

    def test_a_single_one_needs_no_list(self, alice):
        pk = Director.objects.create(name=LANA).pk
        for one in (LANA, pk, {"id": pk}, {"name": LANA}):
            assert names(self.created(alice, directors=one)["directors"]) == [LANA], one

    def test_a_text_is_one_name_with_its_commas(self, alice):
        assert names(self.created(alice, directors="Davis, Jr.")["directors"]) == ["Davis, Jr."]
        assert names(self.created(alice, directors=["Davis, Jr.", "1917"])["directors"]) == ["Davis, Jr.", "1917"]

    @pytest.mark.parametrize(
        "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=BoUnDaRyStRiNg"]
    )
    def test_a_form_repeats_the_field(self, alice, content_type):
        fields = [("title", "The Matrix"), ("directors", LANA), ("directors", LILLY)]
        if "urlencoded" in content_type:
            response = alice.post(self.list_url, urlencode(fields), content_type=content_type)
        else:
            response = alice.post(
                self.list_url, {"title": "The Matrix", "directors": [LANA, LILLY]}, format="multipart"
            )
        assert response.status_code == 201, response.content
        assert names(response.json()["directors"]) == [LANA, LILLY]

    @pytest.mark.parametrize(
        "directors",
        [UNKNOWN_ID, [UNKNOWN_ID], ["New", {"id": UNKNOWN_ID}], [["New"]], [None], None, [{}], [1.5], True, 1.5, [""],
         ["x" * 256], ["a\0b"], [{"id": "New"}], ["New"] * 51, [str(n) for n in range(51)]],
    )  # fmt: skip
    def test_bad_ones_are_400_on_the_field_and_create_nobody(self, alice, matrix, directors):
        Director.objects.exclude(name__in=[LANA, LILLY]).delete()
        for response in (
            alice.post(self.list_url, self.body(director=None, directors=directors)),
            alice.patch(self.detail_url(matrix.pk), {"directors": directors}),
        ):
            assert self.refused_fields(response) == {"directors"}
        assert stored(matrix) == [LANA, LILLY]
        assert Director.objects.count() == 2

    def test_fifty_are_taken(self, alice):
        many = [f"Director {number}" for number in range(50)]
        assert names(self.created(alice, directors=many)["directors"]) == many

    # --- Changing ---

    def test_a_sent_list_replaces_the_old_one(self, alice, matrix):
        for directors in ([LILLY, LANA], [TOM], [LANA, TOM, LILLY], []):
            assert self.changed(alice, matrix, directors=directors) == directors

    def test_what_is_not_sent_stays(self, alice, matrix):
        assert self.changed(alice, matrix, title="Matrix") == [LANA, LILLY]
        assert alice.put(self.detail_url(matrix.pk), {"title": "Matrix"}).status_code == 200
        assert stored(matrix) == [LANA, LILLY]

    def test_what_was_read_can_be_sent_back(self, alice, matrix):
        read = alice.get(self.detail_url(matrix.pk)).json()
        for method in (alice.put, alice.patch):
            response = method(self.detail_url(matrix.pk), read)
            assert response.status_code == 200, response.content
            assert response.json() == {**read, "updated_at": response.json()["updated_at"]}

    def test_what_was_read_can_be_sent_back_with_one_of_the_two_changed(self, alice, matrix):
        read = alice.get(self.detail_url(matrix.pk)).json()
        assert self.changed(alice, matrix, **{**read, "directors": [LILLY, TOM]}) == [LILLY, TOM]
        read = alice.get(self.detail_url(matrix.pk)).json()
        assert self.changed(alice, matrix, **{**read, "director": {"name": LANA}}) == [LANA, TOM]
        read = alice.get(self.detail_url(matrix.pk)).json()
        assert self.changed(alice, matrix, **{**read, "director": None}) == []

    def test_both_alike_are_fine(self, alice, matrix):
        assert self.changed(alice, matrix, director=TOM, directors=["Tom  TYKWER", LANA]) == ["Tom TYKWER", LANA]
        assert self.changed(alice, matrix, director=None, directors=[]) == []

    @pytest.mark.parametrize(
        ("director", "directors"), [(TOM, ["Somebody Else", TOM]), (TOM, [LILLY, LANA]), (TOM, []), (None, [TOM])]
    )
    def test_two_changes_that_differ_are_400_and_change_nothing(self, alice, matrix, director, directors):
        response = alice.patch(self.detail_url(matrix.pk), {"director": director, "directors": directors})
        assert self.refused_fields(response) == {"directors"}
        assert stored(matrix) == [LANA, LILLY]
        assert not Director.objects.filter(name__in=[TOM, "Somebody Else"]).exists()

    def test_a_new_movie_with_two_that_differ_is_400(self, alice):
        response = alice.post(self.list_url, {"title": "The Matrix", "director": LILLY, "directors": [LANA, LILLY]})
        assert self.refused_fields(response) == {"directors"}
        assert not Movie.objects.exists()
        assert not Director.objects.exists()


class TestCanonical(Canonical, ListsDirectors):
    pass


class TestCommunity(Community, ListsDirectors):
    pass


# --- The mounts that show the first one -----------------------------------------------------------------------------


class TestShowcase(Showcase):
    def test_the_first_is_shown_as_text(self, anonymous, matrix):
        assert anonymous.get(self.detail_url(matrix.pk)).json()["director"] == LANA

    def test_what_was_read_can_be_sent_back_and_nobody_is_lost(self, alice, matrix):
        read = alice.get(self.detail_url(matrix.pk)).json()
        assert alice.put(self.detail_url(matrix.pk), read).json() == read
        assert stored(matrix) == [LANA, LILLY]


class TestClassic(Classic):
    def test_the_first_is_shown_with_its_times(self, anonymous, matrix):
        shown = anonymous.get(self.detail_url(matrix.pk)).json()["director"]
        assert set(shown) == {"id", "name", "created_on", "updated_on"}
        assert shown["name"] == LANA

    def test_what_was_read_can_be_sent_back_and_nobody_is_lost(self, alice, matrix):
        read = alice.get(self.detail_url(matrix.pk)).json()
        assert alice.put(self.detail_url(matrix.pk), read).json() == read
        assert stored(matrix) == [LANA, LILLY]


class TestCompact(Compact):
    def test_the_first_is_shown_as_text(self, anonymous, matrix):
        assert self.page(anonymous.get(self.list_url)) == [{"id": matrix.pk, "title": "The Matrix", "director": LANA}]


@pytest.mark.parametrize("mount", [Canonical(), Community(), Showcase(), Classic()], ids=lambda mount: mount.list_url)
@pytest.mark.parametrize(
    ("director", "after"),
    [
        (LANA, [LANA, LILLY]),
        ("LANA wachowski", [LANA, LILLY]),
        ({"name": TOM}, [TOM, LILLY]),
        (LILLY, [LILLY, LANA]),
        (None, []),
    ],
)
def test_director_alone_names_the_first_and_keeps_the_others(alice, matrix, mount, director, after):
    """A client that is shown the first only cannot mean the others. Nobody at all is nobody."""
    response = alice.patch(mount.detail_url(matrix.pk), {"director": director})
    if director is None and "director" in mount.required:
        assert mount.refused_fields(response) == {"director"}
        after = [LANA, LILLY]
    else:
        assert response.status_code == 200, response.content
    assert stored(matrix) == after


# --- Finding them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"director={LILLY}", ["Cloud Atlas", "The Matrix"]),
        (f"director={LANA}", ["Cloud Atlas", "The Matrix"]),
        (f"director={TOM}", ["Run Lola Run", "Cloud Atlas"]),
        (f"director={TOM},{LILLY}", ["Run Lola Run", "Cloud Atlas", "The Matrix"]),
        (f"director={TOM}&director={LANA}&genre=science fiction", ["Cloud Atlas", "The Matrix"]),
        (f"director={LILLY}&ordering=title", ["Cloud Atlas", "The Matrix"]),
        (f"director={TOM}&genre=action", ["Run Lola Run"]),
    ],
)
def test_filters_find_a_movie_by_any_of_its_directors_and_once(anonymous, matrix, make_movie, query, expected):
    make_movie("Cloud Atlas", director_list=[TOM, LANA, LILLY], genre_list=["Science Fiction"])
    make_movie("Run Lola Run", director=TOM, genre_list=["Action"])
    page = anonymous.get(f"/api/v1/movies/?{query}").json()
    assert [movie["title"] for movie in page["results"]] == expected
    assert page["count"] == len(expected)


def test_cursors_lead_through_the_movies_of_a_second_director(anonymous, make_movie):
    made = [make_movie(f"Movie {number}", director_list=[f"Director {number}", LILLY]).pk for number in range(5)]
    seen, address = [], f"/api/v1/movies/?director={LILLY}&page_size=2"
    while address:
        page = anonymous.get(address).json()
        seen += [movie["id"] for movie in page["results"]]
        address = page["next"]
    assert seen == made[::-1]


@pytest.mark.parametrize("text", ["lana", "lilly", "wachowski", "lily wachovski", "matrix lilly"])
def test_search_finds_a_movie_by_each_of_its_directors(matrix, text):
    assert [movie.pk for movie in search.search(Movie.objects.all(), text)] == [matrix.pk]


@pytest.mark.parametrize(
    "mount", [Canonical(), Classic(), Compact(), Community(), Showcase()], ids=lambda m: m.list_url
)
@pytest.mark.parametrize("name", [LANA, LILLY, TOM], ids=["the first of the idle", "the last of the idle", "a new one"])
def test_a_new_movie_has_its_director_alone_where_others_have_directed_nothing(alice, make_movie, mount, name):
    for idle in (LANA, LILLY):
        Director.objects.create(name=idle)
    fields = {"title": "Speed Racer", "description": "Fast.", "release_date": "2008-05-09", "genre": "Action"}
    response = alice.post(mount.list_url, {**fields, "director": name})
    assert response.status_code == 201, response.content
    assert stored(Movie.objects.get(title="Speed Racer")) == [name]
    assert stored(make_movie("Bound", by=alice, director=name)) == [name]


def test_search_forgets_a_director_who_is_taken_away(alice, matrix):
    alice.patch(f"/api/v1/movies/{matrix.pk}/", {"directors": [LANA]})
    assert list(search.search(Movie.objects.all(), "lilly")) == []
    assert stored(matrix) == [LANA]


def test_a_second_director_who_is_renamed_is_shown_with_the_new_name(anonymous, matrix):
    address = f"/api/v1/movies/{matrix.pk}/"
    assert names(anonymous.get(address).json()["directors"]) == [LANA, LILLY]
    Director.objects.filter(name=LILLY).update(name="L. Wachowski")
    assert names(anonymous.get(address).json()["directors"]) == [LANA, "L. Wachowski"]


def test_nobody_who_directed_a_movie_can_be_deleted(matrix):
    for name in (LANA, LILLY):
        with pytest.raises(ProtectedError):
            Director.objects.get(name=name).delete()


def test_a_deleted_movie_takes_its_list_with_it(matrix):
    services.delete_movie(movie=matrix)
    assert not MovieDirector.objects.exists()
    assert Director.objects.filter(name__in=[LANA, LILLY]).count() == 2


def test_verify_completes_the_lists_of_the_release_before_which_writes_the_first_director_alone(matrix):
    Movie.objects.filter(pk=matrix.pk).update(director=Director.objects.create(name=TOM))
    found = list(verification.differences(fix=True))
    assert f"movie {matrix.pk}: directors are {LANA}, {LILLY}, should be {TOM}, {LILLY}" in found
    assert stored(matrix) == [TOM, LILLY]
