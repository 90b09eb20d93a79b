"""The admin as each role sees it: what is in the index opens and shows rows, and nothing else opens."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts import roles
from accounts.models import User
from config.tests.admin import Office, address, registered
from config.tests.test_admin_actions import rows  # noqa: F401 - a fixture
from movies.models import Comment, Director, Genre, GenreAlias, Movie, MovieStats

pytestmark = pytest.mark.django_db
ROLES = [None, roles.MODERATOR, roles.EDITOR, roles.ADMIN]


@pytest.fixture(params=ROLES)
def office(request, person):
    made = person("stella", is_staff=True)
    made.user.groups.set(Group.objects.filter(name=request.param))
    return Office(User.objects.get(pk=made.user.pk))


def listed(office):
    return {
        model["model"]: model
        for app in office.get(reverse("admin:index")).context["app_list"]
        for model in app["models"]
    }


def test_every_page_in_the_index_opens_and_no_other(office, rows):  # noqa: F811
    index = listed(office)
    assert index
    for model, page in registered().items():
        status = office.get(address(model)).status_code
        assert (status == 200) == (model in index), model
        assert status in (200, 403), model
        if model in index:
            assert index[model]["admin_url"]
        row = rows.get(model) or model.objects.first()
        if row is None:
            continue
        for name in ("change", "history"):
            assert (office.get(address(model, name, row.pk)).status_code == 200) == (model in index), (model, name)
        may_delete = model in index and page.has_delete_permission(office.request(), row)
        assert (office.get(address(model, "delete", row.pk)).status_code == 200) == may_delete, model
        may_add = model in index and page.has_add_permission(office.request())
        assert (office.get(address(model, "add")).status_code == 200) == may_add, model


def test_every_page_that_people_fill_shows_its_rows(office, rows):  # noqa: F811
    for model in set(listed(office)) & set(rows):
        assert office.get(address(model)).context["cl"].result_count > 0, model


def test_each_role_sees_what_it_may_do(person, rows):  # noqa: F811
    def seen(*groups):
        who = person(f"staff{User.objects.count()}", is_staff=True)
        who.user.groups.set(Group.objects.filter(name__in=groups))
        return {model for model in listed(Office(who.user)) if model._meta.app_label in ("accounts", "movies")}

    catalogue = {Movie, Director, Genre, GenreAlias, MovieStats}
    assert seen("editor") == catalogue
    assert seen("moderator") >= {Comment, User}
    assert not seen("moderator") & catalogue
    assert seen() == seen("editor") | seen("moderator")
    assert seen("admin") == {model for model in registered() if model._meta.app_label in ("accounts", "movies")}


def test_an_editor_says_by_number_who_added_a_movie(person, rows, bob):  # noqa: F811
    eve = person("eve", is_staff=True)
    eve.user.groups.set(Group.objects.filter(name="editor"))
    office = Office(eve.user)
    assert "bob@example.com" not in office.get(address(Movie, "change", rows[Movie].pk)).content.decode()
    assert office.change(rows[Movie], user=bob.user.pk).status_code == 302
    assert Movie.objects.get(pk=rows[Movie].pk).user == bob.user
    choices = {"app_label": "movies", "model_name": "movie", "field_name": "user", "term": ""}
    assert office.get(reverse("admin:autocomplete"), choices).status_code == 403
