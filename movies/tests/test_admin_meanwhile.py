"""Two people, two pages, or one who clicks twice: in the admin the later one is told, and undoes nothing."""

import pytest
from django.db import IntegrityError

from accounts.models import Session, User
from config.tests.admin import Office, address
from movies import naming, services, verification
from movies.models import Genre, Movie

pytestmark = pytest.mark.django_db
OUTDATED = "Somebody else has changed this since the page was opened"


@pytest.fixture
def office(sam):
    return Office(sam.user)


def page_of(office, row):
    return address(type(row), "change", row.pk), office.filled(address(type(row), "change", row.pk))


class TestAMovie:
    def test_a_page_that_is_out_of_date_undoes_nothing(self, office, movie, alice):
        url, old = page_of(office, movie)
        alice.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"})
        reply = office.post(url, {**old, "description": "Mine."})
        assert OUTDATED in reply.content.decode()
        movie.refresh_from_db()
        assert (movie.title, movie.description) == ("Aliens", "In space.")

    def test_neither_does_a_list_that_is_out_of_date(self, office, movie, alice):
        url, old = page_of(office, movie)
        alice.patch(f"/api/v1/movies/{movie.pk}/", {"genre": ["Drama"]})
        reply = office.post(url, {**old, "genre_links-0-DELETE": "on"})
        assert OUTDATED in reply.content.decode()
        assert [genre.name for genre in Movie.objects.get().genre_list] == ["Drama"]

    def test_the_same_page_sent_twice_is_saved_once(self, office, movie):
        url, old = page_of(office, movie)
        sent = {**old, "title": "Aliens", "genre_links-1-DELETE": "on"}
        assert office.post(url, sent).status_code == 302
        sent_again = {**sent, "genre_links-TOTAL_FORMS": 2}
        assert office.post(url, sent_again).status_code == 302
        assert [genre.name for genre in Movie.objects.get().genre_list] == ["Horror"]
        assert list(verification.differences()) == []

    def test_genres_change_places(self, office, movie):
        url, old = page_of(office, movie)
        assert office.post(url, {**old, "genre_links-0-place": 2, "genre_links-1-place": 1}).status_code == 302
        assert [genre.name for genre in Movie.objects.get().genre_list] == ["Science Fiction", "Horror"]

    def test_two_genres_are_exchanged(self, office, movie):
        url, old = page_of(office, movie)
        first, second = old["genre_links-0-genre"], old["genre_links-1-genre"]
        assert office.post(url, {**old, "genre_links-0-genre": second, "genre_links-1-genre": first}).status_code == 302
        assert [genre.name for genre in Movie.objects.get().genre_list] == ["Science Fiction", "Horror"]

    def test_a_genre_twice_is_refused(self, office, movie):
        url, old = page_of(office, movie)
        reply = office.post(url, {**old, "genre_links-0-genre": old["genre_links-1-genre"]})
        assert "duplicate data for genre" in reply.content.decode()

    @pytest.mark.parametrize("page", ["change", "delete"])
    def test_one_that_is_gone_is_a_message(self, office, movie, page):
        services.delete_movie(movie=movie)
        for reply in (
            office.client.get(address(Movie, page, movie.pk), follow=True),
            office.client.post(address(Movie, page, movie.pk), {"post": "yes"}, follow=True),
        ):
            assert reply.status_code == 200
            assert "Perhaps it was deleted?" in reply.content.decode()

    def test_one_that_goes_while_it_is_saved_is_a_message(self, office, movie, monkeypatch):
        url, old = page_of(office, movie)
        change = services.change_movie

        def overtaken(**fields):
            monkeypatch.setattr(services, "change_movie", change)
            services.delete_movie(movie=Movie.objects.get())
            return change(**fields)

        monkeypatch.setattr(services, "change_movie", overtaken)
        reply = office.client.post(url, {**old, "title": "Aliens"}, follow=True)
        assert reply.status_code == 200

    def test_the_history_says_what_was_changed(self, office, movie):
        url, old = page_of(office, movie)
        office.post(url, {**old, "title": "Aliens", "genre_links-1-DELETE": "on"})
        shown = office.get(address(Movie, "history", movie.pk)).content.decode()
        assert "Changed Title" in shown
        assert "Deleted movie genre “Science Fiction”" in shown


class TestAName:
    @pytest.mark.parametrize("times", [1, 2])
    def test_a_form_that_is_overtaken_is_looked_at_once_more(self, office, movie, monkeypatch, times):
        add, refusals = naming.add, ["taken"] * times

        def overtaken(**options):
            if refusals:
                raise IntegrityError(refusals.pop())
            return add(**options)

        monkeypatch.setattr(naming, "add", overtaken)
        reply = office.client.post(address(Genre, "add"), {"name": "Fantasy"}, follow=True)
        assert reply.status_code == 200
        assert ("Somebody else changes this" in reply.content.decode()) == (times == 2)
        assert Genre.objects.filter(name="Fantasy").exists() == (times == 1)

    @pytest.mark.parametrize("name", ["science fiction", " SCIENCE  FICTION "])
    def test_a_genre_is_not_renamed_to_another_one(self, office, movie, name):
        reply = office.change(Genre.objects.get(name="Horror"), name=name)
        assert "This name is there already" in reply.content.decode()

    def test_the_only_selected_one_cannot_be_merged_into_itself(self, office, movie):
        horror = Genre.objects.get(name="Horror")
        reply = office.act(Genre, "merge_selected", [horror], into=horror.pk)
        assert "nothing to merge into it" in reply.content.decode()
        assert Genre.objects.count() == 2


class TestAnAccount:
    def test_a_page_that_is_out_of_date_does_not_open_an_account_again(self, office, bob):
        url, old = page_of(office, bob.user)
        User.objects.filter(pk=bob.user.pk).update(is_active=False)
        reply = office.post(url, {**old, "first_name": "Robert"})
        assert OUTDATED in reply.content.decode()
        assert not User.objects.get(pk=bob.user.pk).is_active

    def test_a_new_name_is_the_one_to_log_in_with(self, office, bob, anonymous):
        assert office.change(bob.user, username="Röbert").status_code == 302
        assert User.objects.get(username_key="röbert") == bob.user

    def test_a_new_address_has_yet_to_be_confirmed(self, office, bob):
        User.objects.filter(pk=bob.user.pk).update(email_confirmed=True)
        office.change(User.objects.get(pk=bob.user.pk), email="new@example.com")
        assert not User.objects.get(pk=bob.user.pk).email_confirmed

    def test_a_new_password_ends_every_login(self, office, bob):
        url = f"/admin/accounts/user/{bob.user.pk}/password/"
        sent = {
            "usable_password": "true",
            "password1": "another-horse",
            "password2": "another-horse",
            "set-password": "1",
        }
        assert office.post(url, sent).status_code == 302
        assert not Session.objects.filter(user=bob.user).exists()
        assert User.objects.get(pk=bob.user.pk).check_password("another-horse")

    def test_one_may_delete_oneself(self, office, sam):
        assert office.client.post(address(User, "delete", sam.user.pk), {"post": "yes"}, follow=True).status_code == 200
        assert not User.objects.filter(username="sam").exists()
