"""A dialect changes shape only: what its views may set is listed here, and renamed fields keep their rules."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.serializers import BaseSerializer, Serializer

from movies.dialects.classic import ClassicMovieSerializer
from movies.models import Movie
from rest.pagination import EnvelopePagination
from rest.tests.helpers import fields_named, whole_database

CANONICAL = "api"
SHAPE = {
    "serializer_class",
    "pagination_class",
    "operations",
    "detail_route",
    "refusal",
    # accounts
    "registration_serializer_class",
    "registered_serializer_class",
    "logged_in_serializer_class",
    "logged_out_reply",
    # collections
    "created_serializer_class",
    "changed_serializer_class",
}
OF_PYTHON = {"__module__", "__doc__", "__annotations__", "__qualname__", "__firstlineno__", "__static_attributes__"}
BY_ROUTER = {"name", "description", "suffix", "detail", "basename"}  # as_view() puts these on the class
# What says which values a field takes; the names of fields and whether they have to be sent belong to the shape.
RULES = (
    "read_only",
    "write_only",
    "allow_null",
    "allow_blank",
    "allow_empty",
    "trim_whitespace",
    "max_length",
    "min_length",
    "max_value",
    "min_value",
    "format",
    "input_formats",
)


def patterns(resolver: Any = None, dialect: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of every dialect, as (dialect, pattern)."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, entry.namespace or dialect)
        elif hasattr(entry.callback, "cls"):
            yield dialect, entry


def views_of(dialect: str) -> dict[str, type]:
    views = [pattern.callback.cls for mounted, pattern in patterns() if mounted == dialect]
    return {view.__name__: view for view in views}


DIALECTS = [version for version in settings.REST_FRAMEWORK["ALLOWED_VERSIONS"] if version != CANONICAL]
CANONICAL_VIEWS = set(views_of(CANONICAL).values())
DIALECT_VIEWS = [view for dialect in DIALECTS for view in views_of(dialect).values()]
OWN_VIEWS = [view for view in DIALECT_VIEWS if view not in CANONICAL_VIEWS]


def test_every_dialect_is_mounted_and_nothing_else_is():
    mounted = {dialect for dialect, _ in patterns()} - {""}
    assert mounted == {CANONICAL, *DIALECTS}
    assert len(OWN_VIEWS) >= 6


@pytest.mark.parametrize("view", DIALECT_VIEWS, ids=lambda view: view.__name__)
def test_a_view_of_a_dialect_is_a_canonical_view_or_derives_from_one(view):
    assert CANONICAL_VIEWS & set(view.__mro__)


@pytest.mark.parametrize("view", OWN_VIEWS, ids=lambda view: view.__name__)
def test_a_view_of_a_dialect_sets_nothing_but_its_shape(view):
    for ancestor in view.__mro__:
        if ancestor in CANONICAL_VIEWS:
            return
        assert set(vars(ancestor)) - OF_PYTHON - BY_ROUTER <= SHAPE


def test_what_is_not_shape_would_be_noticed():
    """The rule itself, against a view that breaks it."""

    class Rebel(next(iter(CANONICAL_VIEWS))):  # type: ignore[misc]
        queryset = Movie.objects.none()

        def perform_create(self, serializer):
            raise NotImplementedError

    assert set(vars(Rebel)) - OF_PYTHON - BY_ROUTER - SHAPE == {"queryset", "perform_create"}


def test_addresses_of_a_dialect_pass_no_settings_of_their_own_to_a_view():
    """`initkwargs` come from the actions' decorators, which are the canonical ones."""
    canonical = [pattern.callback.initkwargs for dialect, pattern in patterns() if dialect == CANONICAL]
    of_canonical = {(kwargs.get("basename"), kwargs.get("name"), kwargs.get("suffix")): kwargs for kwargs in canonical}
    for dialect, pattern in patterns():
        kwargs = pattern.callback.initkwargs
        key = (kwargs.get("basename"), kwargs.get("name"), kwargs.get("suffix"))
        if dialect and key in of_canonical:
            assert {**kwargs, "detail": None} == {**of_canonical[key], "detail": None}, pattern


def shapes(kind: type) -> list[type]:
    values = [value for view in OWN_VIEWS for name, value in vars(view).items() if name in SHAPE]
    return sorted({value for value in values if isinstance(value, type) and issubclass(value, kind)}, key=str)


@pytest.mark.parametrize("serializer", shapes(BaseSerializer), ids=lambda serializer: serializer.__qualname__)
def test_a_serializer_of_a_dialect_writes_nothing_itself(serializer):
    for ancestor in serializer.__mro__:
        if ".dialects." in ancestor.__module__:
            assert not set(vars(ancestor)) & {"create", "update", "save", "is_valid", "run_validation"}


@pytest.mark.parametrize("pagination", shapes(EnvelopePagination), ids=lambda pagination: pagination.__qualname__)
def test_a_pagination_of_a_dialect_changes_the_envelope_only(pagination):
    names = ("page_size", "max_page_size", "page_query_param", "page_size_query_param", "django_paginator_class")
    for name in names:
        assert getattr(pagination, name) == getattr(EnvelopePagination, name)
    assert pagination.paginate_queryset is EnvelopePagination.paginate_queryset
    assert pagination.get_paginated_response is EnvelopePagination.get_paginated_response


def rules_by_source(serializer: Serializer) -> dict[str, dict[str, Any]]:
    """source → everything that says which values the field takes."""
    rules = {}
    for field in serializer.fields.values():
        validators = sorted(f"{type(check).__name__} {getattr(check, 'limit_value', '')}" for check in field.validators)
        own = {name: getattr(field, name, None) for name in RULES}
        rules[field.source] = {**own, "validators": validators}
    return rules


MOVIE_VIEWS = [
    view for view in OWN_VIEWS if getattr(view, "queryset", None) is not None and view.queryset.model is Movie
]


@pytest.mark.parametrize("view", MOVIE_VIEWS, ids=lambda view: view.__name__)
def test_the_fields_of_a_dialect_take_the_values_that_the_canonical_fields_take(view):
    canonical_view = next(ancestor for ancestor in view.__mro__ if ancestor in CANONICAL_VIEWS)
    canonical = rules_by_source(canonical_view.serializer_class(Movie()))
    dialect = rules_by_source(view.serializer_class(Movie()))
    assert set(dialect) <= set(canonical)
    for source, rules in dialect.items():
        assert rules == canonical[source], source


def test_renamed_fields_are_the_built_ones_under_another_name():
    fields = ClassicMovieSerializer().fields
    assert fields["released_date"].source == "release_date"
    assert fields["total_review"].source == "stats.ratings_count"
    assert not {"release_date", "ratings_count"} & set(fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 256),
        ("title", " "),
        ("description", "x" * 10_001),
        ("released_date", "1995-13-01"),
        ("duration", 0),
        ("duration", 60_001),
    ],
)
def test_renaming_drops_no_rule(alice, movie, field, value):
    renamed_from = {"released_date": "release_date"}.get(field, field)
    before = whole_database()
    for path, name in ((f"/api/movies/{movie.pk}/", renamed_from), (f"/{movie.pk}/", field)):
        refused = alice.patch(path, {name: value})
        assert refused.status_code == 400
        assert set(fields_named(refused)) == {name}
    assert whole_database() == before


@pytest.mark.parametrize("dialect", [CANONICAL, "community", "classic"])
def test_addresses_stay_in_the_dialect_in_which_the_caller_asked(alice, dialect):
    path = reverse(f"{dialect}:movie-list")
    body = {
        "title": "DDLJ",
        "description": "d",
        "release_date": "1995-10-20",
        "director": "Aditya Chopra",
        "genre": ["Drama"],
    }
    response = alice.post(path, body)
    assert response.status_code == 201, response.content
    assert response["Location"] == f"http://testserver{path}{response.json()['id']}/"


def test_what_one_dialect_writes_all_the_others_read(alice, anonymous):
    pk = alice.post("/api/auth/movies", {"title": "Transformer", "director": "XYZ"}).json()["id"]
    for path in (f"/api/movies/{pk}/", f"/movies/{pk}/", f"/{pk}/"):
        body = anonymous.get(path).json()
        assert (body["title"], body["director"]["name"]) == ("Transformer", "XYZ")
