"""Other names of genres: the same in filters, search, input, imports, and the admin."""

import io
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from movies import naming, search, services
from movies.importing import Report, import_stream
from movies.models import Genre, GenreAlias, Movie

SPELLINGS = ["Sci-Fi", "SCI FI", "scifi", "Sci–Fi", "sf", "science-fiction", "ScienceFiction"]


@pytest.fixture(autouse=True)
def aliases(db):
    GenreAlias.objects.all().delete()
    for alias in ("Sci-Fi", "Science-Fiction", "SF"):
        GenreAlias.objects.create(alias=alias, genre="Science Fiction")


@pytest.fixture
def solaris(make_movie):
    make_movie("Amélie", genre_list=["Comedy"])
    return make_movie("Solaris", genre_list=["Science Fiction", "Drama"])


def found(text: str) -> list[int]:
    return search.find(text).page(0, search.LIMIT)[0]


def verified() -> list[str]:
    return [flaw for _, flaw in search.flaws(list(Movie.objects.complete()))] + search.wrong_counts()


class TestReading:
    @pytest.mark.parametrize("alias", SPELLINGS)
    @pytest.mark.parametrize("parameter", ["genre", "genre_all"])
    def test_a_filter_by_an_alias_is_one_by_the_genre(self, anonymous, solaris, movies_url, alias, parameter):
        for ordering in ("", "-favorites_count", "title"):
            page = anonymous.get(movies_url, {parameter: alias, "ordering": ordering}).json()
            assert [item["title"] for item in page["results"]] == ["Solaris"]

    def test_several_aliases_and_names_are_given_with_commas(self, anonymous, solaris, movies_url):
        for text, titles in (("sci-fi,comedy", {"Solaris", "Amélie"}), ("scifi, sf", {"Solaris"})):
            page = anonymous.get(movies_url, {"genre": text}).json()
            assert {item["title"] for item in page["results"]} == titles

    def test_none_of_an_alias_is_none_of_the_genre(self, anonymous, solaris, movies_url):
        page = anonymous.get(movies_url, {"genre_not": "sci-fi"}).json()
        assert [item["title"] for item in page["results"]] == ["Amélie"]

    @pytest.mark.parametrize("alias", SPELLINGS)
    def test_the_movies_of_a_genre_are_found_by_its_alias(self, anonymous, solaris, movies_url, alias):
        reply = anonymous.get(f"{movies_url}genre/", {"genre": alias})
        shown = reply.json() if isinstance(reply.json(), list) else reply.json()["results"]
        assert [item["title"] for item in shown] == ["Solaris"]

    @pytest.mark.parametrize("text", SPELLINGS)
    def test_search_finds_the_genre_by_its_aliases(self, solaris, text):
        assert found(text) == [solaris.pk]

    def test_a_title_with_the_alias_comes_first(self, solaris, make_movie):
        title = make_movie("Sci-Fi High")
        assert found("sci-fi") == [title.pk, solaris.pk]

    def test_an_alias_of_a_genre_that_is_not_there_finds_nothing(self, anonymous, movies_url):
        assert anonymous.get(movies_url, {"genre": "sci-fi"}).json()["count"] == 0
        assert anonymous.get(f"{movies_url}genre/?genre=sci-fi").status_code == 404

    def test_a_genre_of_exactly_that_name_comes_first(self, anonymous, solaris, movies_url):
        Genre.objects.create(name="SF")
        assert anonymous.get(movies_url, {"genre": "sf"}).json()["count"] == 0
        assert anonymous.get(movies_url, {"genre": "sci-fi"}).json()["count"] == 1


class TestWriting:
    @pytest.mark.parametrize("alias", SPELLINGS)
    def test_a_movie_gets_the_genre_that_is_there(self, alice, solaris, movies_url, alias):
        reply = alice.post(movies_url, {"title": "Stalker", "genre": [alias, "Drama"]}, format="json")
        assert reply.status_code == 201
        assert [genre["name"] for genre in reply.json()["genre"]] == ["Science Fiction", "Drama"]
        assert Genre.objects.count() == 3

    def test_a_new_genre_has_its_usual_name(self, alice, movies_url):
        reply = alice.post(movies_url, {"title": "Stalker", "genre": "SciFi, Science Fiction"}, format="json")
        assert [genre["name"] for genre in reply.json()["genre"]] == ["Science Fiction"]

    def test_a_genre_of_the_aliass_own_name_is_kept(self, alice, movies_url):
        Genre.objects.create(name="SF")
        reply = alice.post(movies_url, {"title": "Stalker", "genre": ["sf", "sci-fi"]}, format="json")
        assert [genre["name"] for genre in reply.json()["genre"]] == ["SF", "Science Fiction"]

    def test_new_genres_are_created_in_the_order_of_their_own_names(self, make_movie):
        GenreAlias.objects.create(alias="Noir", genre="Film Noir")
        make_movie("Laura", genre_list=["Horror", "Noir", "Sci-Fi"])
        in_order = ["Film Noir", "Horror", "Science Fiction"]  # as other writers do, who would wait in a circle else
        assert list(Genre.objects.order_by("pk").values_list("name", flat=True)) == in_order

    def test_an_import_knows_aliases(self, solaris):
        rows = [
            {"title": "Stalker", "genres": ["Sci-Fi", "Science Fiction", "Drama"]},
            {"title": "Aelita", "genres": ["science-fiction"]},
            {"title": "Zardoz", "genres": ["SF", "Western"]},
        ]
        report = Report()
        stream = io.BytesIO("\n".join(map(json.dumps, rows)).encode())
        list(import_stream(stream, report, lambda number, reason: pytest.fail(reason)))
        genres = {movie.title: [genre.name for genre in movie.genre_list] for movie in Movie.objects.complete()}
        assert genres == {
            "Amélie": ["Comedy"],
            "Solaris": ["Science Fiction", "Drama"],
            "Stalker": ["Science Fiction", "Drama"],
            "Aelita": ["Science Fiction"],
            "Zardoz": ["Science Fiction", "Western"],
        }
        assert verified() == []
        assert len(found("scifi")) == 4


class TestChangingThem:
    """Whoever changes an alias or its genre brings the index up to date."""

    def test_a_new_alias_is_found_at_once(self, solaris):
        naming.save_alias(alias=GenreAlias(alias="Speculative", genre="science fiction"))
        assert found("speculative") == [solaris.pk]
        assert verified() == []

    def test_a_changed_alias_is_found_by_its_new_name_and_genre_alone(self, solaris):
        comedy = Movie.objects.get(title="Amélie").pk
        alias = GenreAlias.objects.get(alias="SF")
        alias.alias, alias.genre = "Funny", "Comedy"
        naming.save_alias(alias=alias)
        assert found("funny") == [comedy]
        assert found("sf") == []
        assert verified() == []

    def test_a_deleted_alias_is_not_found(self, solaris):
        assert naming.delete_aliases(ids=[GenreAlias.objects.get(alias="SF").pk]) == 1
        assert found("sf") == []
        assert verified() == []

    def test_a_renamed_genre_keeps_its_aliases(self, anonymous, solaris, movies_url):
        naming.rename(row=Genre.objects.get(name="Science Fiction"), name="Futures")
        assert set(GenreAlias.objects.values_list("genre", "genre_key")) == {("Futures", "futures")}
        assert found("sci-fi") == [solaris.pk]
        assert anonymous.get(movies_url, {"genre": "sci-fi"}).json()["count"] == 1
        assert verified() == []

    def test_a_genre_takes_over_the_aliases_of_those_merged_into_it(self, solaris, make_movie):
        other = make_movie("Alien", genre_list=["Futures"])
        into = Genre.objects.get(name="Futures")
        assert naming.merge(rows=[Genre.objects.get(name="Science Fiction")], into=into) == 2
        assert set(found("sci-fi")) == {solaris.pk, other.pk}
        assert verified() == []

    def test_renaming_a_director_leaves_them_alone(self, solaris, alice):
        services.change_movie(movie=solaris, by=alice.user, director="Science Fiction")
        naming.rename(row=Movie.objects.get(pk=solaris.pk).director, name="Andrei Tarkovsky")
        assert set(GenreAlias.objects.values_list("genre", flat=True)) == {"Science Fiction"}

    @pytest.mark.parametrize("alias", ["sci fi", "SCIFI", "Sçi-Fi", "s.c.i.f.i"])
    def test_two_aliases_are_never_the_same_but_for_signs(self, alias):
        with pytest.raises(ValidationError, match="there already"):
            GenreAlias(alias=alias, genre="Other").full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            naming.save_alias(alias=GenreAlias(alias=alias, genre="Other"))

    @pytest.mark.parametrize(("alias", "genre"), [("", "Drama"), ("-–", "Drama"), ("x", ""), ("x", " ")])
    def test_an_alias_says_something(self, alias, genre):
        with pytest.raises(ValidationError):
            GenreAlias(alias=alias, genre=genre).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            naming.save_alias(alias=GenreAlias(alias=alias, genre=genre))

    def test_verify_finds_an_alias_that_went_around_the_services(self, solaris, capsys):
        GenreAlias.objects.filter(alias="SF").update(alias="SciFic")
        with pytest.raises(SystemExit):
            call_command("verify", verbosity=0, fix=True)
        said = capsys.readouterr().out
        assert "alias_key is 'sf', should be 'scific'" in said
        assert found("scific") == [solaris.pk]
        assert verified() == []


class TestTheAdmin:
    URL = "/admin/movies/genrealias/"

    @pytest.fixture
    def admin(self, client, sam):
        client.force_login(sam.user)
        return client

    def test_staff_add_change_and_delete_them(self, admin, solaris):
        assert admin.post(f"{self.URL}add/", {"alias": "Speculative", "genre": "Science Fiction"}).status_code == 302
        alias = GenreAlias.objects.get(alias="Speculative")
        assert found("speculative") == [solaris.pk]
        assert b"Speculative" in admin.get(f"{self.URL}?q=SPÉC-").content
        change = f"{self.URL}{alias.pk}/change/"
        assert admin.post(change, {"alias": "Futuristic", "genre": "Science Fiction"}).status_code == 302
        assert (found("futuristic"), found("speculative")) == ([solaris.pk], [])
        assert admin.post(f"{self.URL}{alias.pk}/delete/", {"post": "yes"}).status_code == 302
        assert found("futuristic") == []
        assert verified() == []

    def test_one_that_is_there_already_is_refused_with_a_reason(self, admin):
        reply = admin.post(f"{self.URL}add/", {"alias": "sci fi", "genre": "Science Fiction"})
        assert b"This alias is there already" in reply.content
