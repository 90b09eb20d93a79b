"""Directors and genres themselves: added, renamed, merged and deleted, with the movies that have them."""

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.http import Http404
from rest_framework.exceptions import ValidationError

from movies import naming, search, services, verification
from movies.models import Director, Genre, GenreAlias, Movie
from movies.tests.test_verify_while_serving import Writing


def genres_of(movie):
    return [genre.name for genre in Movie.objects.get(pk=movie.pk).genre_list]


def merge(into, *names, model=Genre):
    rows = [model.objects.get(name=name) for name in names]
    return naming.merge(rows=rows, into=model.objects.get(name=into))


@pytest.mark.django_db
class TestMerging:
    @pytest.fixture(autouse=True)
    def as_if_they_had_come_before_there_were_aliases(self, db):
        GenreAlias.objects.all().delete()

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (["Sci-Fi"], ["Science Fiction"]),
            (["Horror", "Sci-Fi", "Drama"], ["Horror", "Science Fiction", "Drama"]),
            (["Sci-Fi", "Horror", "Science Fiction"], ["Science Fiction", "Horror"]),
            (["Science Fiction", "Horror", "Sci-Fi"], ["Science Fiction", "Horror"]),
            (["SF", "Horror", "Sci-Fi"], ["Science Fiction", "Horror"]),
            (["Horror"], ["Horror"]),
        ],
    )
    def test_a_movie_has_the_other_genre_in_the_place_of_the_first(self, make_movie, before, after):
        make_movie("Any", genre_list=["Sci-Fi", "SF", "Science Fiction"])
        movie = make_movie("Alien", genre_list=before)
        merge("Science Fiction", "Sci-Fi", "SF")
        assert genres_of(movie) == after
        assert list(verification.differences()) == []

    def test_the_merged_are_gone_and_lists_and_search_know_the_other(self, make_movie, anonymous):
        for title, genre in (("Alien", "Sci-Fi"), ("Aliens", "Science Fiction"), ("Heat", "Crime")):
            make_movie(title, genre_list=[genre])
        assert [genre["name"] for genre in anonymous.get("/api/v1/movies/").json()["results"][2]["genre"]] == ["Sci-Fi"]
        assert merge("Science Fiction", "Sci-Fi") == 1
        assert sorted(Genre.objects.values_list("name", flat=True)) == ["Crime", "Science Fiction"]
        page = anonymous.get("/api/v1/movies/?genre=science+fiction").json()
        assert page["count"] == 2
        assert [movie["genre"][0]["name"] for movie in page["results"]] == ["Science Fiction"] * 2
        assert search.search(Movie.objects.all(), "science fiction").count() == 2

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (["L. Wachowski", "Tom Tykwer"], ["Lana Wachowski", "Tom Tykwer"]),
            (["Tom Tykwer", "L. Wachowski"], ["Tom Tykwer", "Lana Wachowski"]),
            (["L. Wachowski", "Tom Tykwer", "Lana Wachowski"], ["Lana Wachowski", "Tom Tykwer"]),
            (["Tom Tykwer", "Lana Wachowski", "L. Wachowski"], ["Tom Tykwer", "Lana Wachowski"]),
            (["L. Wachowski", "Lana Wachowski"], ["Lana Wachowski"]),
        ],
    )
    def test_a_movie_has_the_other_director_in_the_place_of_the_first(self, make_movie, anonymous, before, after):
        make_movie("Any", director_list=["Lana Wachowski"])
        movie = make_movie("Cloud Atlas", director_list=before)
        merge("Lana Wachowski", "L. Wachowski", model=Director)
        shown = anonymous.get(f"/api/v1/movies/{movie.pk}/").json()
        assert [director["name"] for director in shown["directors"]] == after
        assert shown["director"] == shown["directors"][0]
        assert list(verification.differences()) == []

    def test_directors_are_merged_alike(self, make_movie):
        movies = [
            make_movie(f"Movie {number}", director=name) for number, name in enumerate(["R. Scott", "Ridley Scott"])
        ]
        assert merge("Ridley Scott", "R. Scott", model=Director) == 1
        assert {Movie.objects.get(pk=movie.pk).director.name for movie in movies} == {"Ridley Scott"}
        assert list(Director.objects.values_list("name", flat=True)) == ["Ridley Scott"]
        assert list(verification.differences()) == []

    def test_what_goes_wrong_leaves_everything_as_it_was(self, make_movie, monkeypatch):
        movie = make_movie("Alien", genre_list=["Sci-Fi", "Science Fiction"])

        def fail(*args):
            raise RuntimeError

        monkeypatch.setattr(naming.tallies, "add", fail)
        with pytest.raises(RuntimeError):
            merge("Science Fiction", "Sci-Fi")
        assert genres_of(movie) == ["Sci-Fi", "Science Fiction"]
        assert list(verification.differences()) == []

    def test_one_that_has_just_gone_is_not_merged(self, make_movie):
        make_movie("Alien", genre_list=["Sci-Fi", "Science Fiction"])
        gone = Genre.objects.create(name="Gone")
        Genre.objects.filter(pk=gone.pk).delete()
        with pytest.raises(Http404):
            naming.merge(rows=[gone], into=Genre.objects.get(name="Sci-Fi"))

    def test_several_batches_are_one_merge(self, make_movie, monkeypatch):
        monkeypatch.setattr(naming, "BATCH", 2)
        for number in range(5):
            make_movie(f"Movie {number}", genre_list=["Sci-Fi", "Drama"])
        make_movie("Other", genre_list=["Science Fiction"])
        assert merge("Science Fiction", "Sci-Fi") == 5
        assert list(verification.differences()) == []


@pytest.mark.django_db
class TestNames:
    def test_a_new_name_is_stripped_of_surplus_space(self):
        assert naming.add(model=Genre, name="  Film   noir ").name == "Film noir"

    @pytest.mark.parametrize("name", ["horror", " HORROR "])
    def test_a_name_that_is_there_is_refused(self, movie, name):
        other = naming.add(model=Genre, name="Other")
        with pytest.raises(IntegrityError):
            naming.rename(row=other, name=name)

    def test_one_may_change_the_case_of_a_name(self, movie):
        genre = Genre.objects.get(name="Horror")
        naming.rename(row=genre, name="HORROR")
        assert genres_of(movie)[0] == "HORROR"

    def test_a_name_that_a_movie_has_is_not_deleted(self, movie):
        with pytest.raises(ProtectedError):
            naming.delete(model=Genre, ids=[Genre.objects.get(name="Horror").pk])

    def test_how_many_there_were_is_said(self, movie):
        free = naming.add(model=Genre, name="Free")
        assert naming.delete(model=Genre, ids=[free.pk, 10**9]) == 1


@pytest.mark.django_db(transaction=True)
class TestMeanwhile:
    """Movies are written to while names change: nobody waits in a circle, and no word of an old name or title stays."""

    @pytest.fixture
    def catalogue(self, make_movie):
        return [
            make_movie(f"Movie {n}", director=f"Director {n % 3}", genre_list=["Drama", "Horror"]) for n in range(30)
        ]

    @staticmethod
    def change(number, movies):
        movie = Movie.objects.get(pk=movies[number % len(movies)].pk)
        lists = {"genre_list": ["Drama", f"Genre {number % 4}"], "director": f"Director {number % 3}"}
        services.change_movie(movie=movie, by=None, title=f"Title {number}", **lists)

    def test_names_change_while_movies_do(self, catalogue):
        with Writing([self.change, self.change], catalogue):
            for number in range(4):
                for model in (Genre, Director):
                    row = model.objects.filter(movies__isnull=False).first()
                    naming.rename(row=row, name=f"{row.name} {number}")
        assert list(verification.differences()) == []

    def test_names_are_merged_while_movies_get_them(self, catalogue):
        with Writing([self.change, self.change], catalogue):
            for number in range(4):
                for model in (Genre, Director):
                    into = model.objects.create(name=f"Into {number}")
                    naming.merge(rows=model.objects.filter(name__in=["Drama", "Director 1", "Genre 2"]), into=into)
        assert list(verification.differences()) == []


@pytest.mark.django_db
def test_a_genre_that_went_before_it_is_written_is_refused(movie):
    gone = Genre.objects.create(name="Gone")
    Genre.objects.filter(pk=gone.pk).delete()
    with pytest.raises(ValidationError, match="has just been deleted"):
        services.change_movie(movie=movie, by=None, title="Aliens", genre_list=["Horror", gone])
    assert Movie.objects.get().title == "Alien"
