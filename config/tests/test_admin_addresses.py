"""Whatever an address or a form of the admin says, the answer is a page: never an error of the server."""

from urllib.parse import urlencode

import pytest
from django.contrib.admin.filters import ListFilter
from django.urls import reverse

from config.tests.admin import Office, address, registered
from movies.models import Genre, Movie, MovieDirector, MovieGenre

pytestmark = pytest.mark.django_db
ABSURD = ["-1", "99999", str(10**30), "9" * 5000, "abc", "x" * 60_000, "\0", "٣٤", "😀", "2000-13-45"]
ALWAYS = ["q", "p", "o", "e", "_popup", "_to_field", "unheard_of", "id__in"]
MODELS = pytest.mark.parametrize("model", registered(), ids=lambda model: model.__name__)


@pytest.fixture
def office(sam, movie):
    """Nothing is raised: what a browser gets is what is looked at."""
    office = Office(sam.user)
    office.client.raise_request_exception = False
    return office


def parameters(office, model):
    """All that the list's own address may say: its filters' names, and those that every list knows."""
    page = registered()[model]
    names = list(ALWAYS)
    for item in page.list_filter:
        if isinstance(item, type) and issubclass(item, ListFilter):
            names.append(item.parameter_name)
        else:
            names += [f"{item}__{lookup}" for lookup in ("exact", "id__exact", "isnull", "in")] + [item]
    if page.date_hierarchy:
        names += [f"{page.date_hierarchy}__{part}" for part in ("year", "month", "gte")]
    return names


@MODELS
def test_every_list_takes_any_address(office, model):
    for name in parameters(office, model):
        for value in ABSURD[1:-2]:
            asked = f"{address(model)}?{urlencode({name: value})}"
            status = office.get(asked).status_code
            assert status < 500, (name, value[:40])
            if status == 302:
                assert office.client.get(asked, follow=True).status_code == 200


def test_a_part_of_an_address_that_means_nothing_is_said(office):
    for asked in ("decade=99999", "decade=abc", "genres__id__exact=abc", "decade=99999&e=1"):
        shown = office.client.get(f"{address(Movie)}?{asked}", follow=True)
        assert "something that no list has" in shown.content.decode()
        assert "Alien" in shown.content.decode()


def test_names_to_choose_from_are_looked_up_by_any_text(office):
    for model, field in ((MovieDirector, "director"), (MovieGenre, "genre")):
        asked = {"app_label": "movies", "model_name": model._meta.model_name, "field_name": field}
        for value in ABSURD:
            found = office.get(f"{reverse('admin:autocomplete')}?{urlencode({**asked, 'term': value})}")
            assert (found.status_code, found.json()["results"]) == (200, []), value[:40]


def test_a_decade_finds_its_movies(office, make_movie):
    make_movie("Aliens", release_date="1986-07-18")
    make_movie("Solaris", release_date="1970-01-01")
    shown = office.get(f"{address(Movie)}?decade=1970").content.decode()
    assert "Alien" in shown
    assert "Solaris" in shown
    assert "Aliens" not in shown


@MODELS
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_every_page_of_a_row_takes_any_id(office, model, page):
    for value in ABSURD:
        url = address(model, page, value)
        assert office.get(url).status_code < 500, value[:40]
        assert office.post(url, {"post": "yes"}).status_code < 500, value[:40]


@MODELS
def test_every_new_form_takes_any_beginning(office, model):
    if not registered()[model].has_add_permission(office.request()):
        return
    fields = [field.name for field in model._meta.get_fields()]
    for value in ABSURD:
        asked = (
            f"{address(model, 'add')}?{urlencode(dict.fromkeys([*fields, '_changelist_filters', 'version'], value))}"
        )
        assert office.get(asked).status_code < 500, value[:40]


@MODELS
def test_every_form_takes_anything_that_is_sent(office, model):
    if not registered()[model].has_add_permission(office.request()):
        return
    url = address(model, "add")
    data = office.filled(url)
    context = office.get(url).context
    names = list(context["adminform"].form.fields)
    for inline in context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        names += [f"{prefix}-0-{name}" for name in inline.formset.empty_form.fields]
    for value in ABSURD:
        assert office.post(url, {**data, **dict.fromkeys(names, value)}).status_code < 500, value[:40]


@MODELS
def test_every_action_takes_any_choice(office, model):
    actions = registered()[model].get_actions(office.request())
    for action in [*actions, "unheard_of"]:
        for value in ABSURD:
            for more in ({}, {"select_across": "1", "last": value}, {"index": value, "into": value}):
                assert office.act(model, action, [value], **more).status_code < 500, (action, value[:40], more)


def test_a_choice_that_is_no_row_is_said(office):
    reply = office.client.post(address(Genre), {"action": "delete_selected", "_selected_action": ["abc"]}, follow=True)
    assert "is no row" in reply.content.decode()


def test_the_lists_of_choices_take_anything(office):
    for value in ABSURD:
        for name in ("term", "page", "app_label", "model_name", "field_name"):
            asked = {"app_label": "movies", "model_name": "moviegenre", "field_name": "genre", "term": "a", name: value}
            assert office.get(reverse("admin:autocomplete"), asked).status_code < 500, (name, value[:40])
