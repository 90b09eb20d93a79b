"""A dialect changes shape only: what its views may set is listed here, and renamed fields keep their rules."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.views import View
from rest_framework.serializers import BaseSerializer, Serializer

from config.dialects import CANONICAL
from config.tests.openapi import OPERATIONS
from movies.dialects.classic import ClassicMovieSerializer
from movies.models import Movie
from movies.views import MovieViewSet
from rest.dialects import READ_ONLY, mount
from rest.pagination import WHOLE, EnvelopePagination
from rest.tests.helpers import fields_named, whole_database

# What a view of a dialect may set.
SHAPE = {
    "serializer_class",
    "pagination_class",
    "pagination_classes",
    "default_ordering",
    "operations",
    "detail_route",
    "refusal",
    # what finds an item
    "lookup_field",
    "lookup_url_kwarg",
    "lookup_value_converter",
    # rest.dialects.READ_ONLY
    "http_method_names",
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


DIALECTS = [name for name in settings.DIALECTS if name != CANONICAL]
CANONICAL_VIEWS = set(views_of(CANONICAL).values())
DIALECT_VIEWS = [view for dialect in DIALECTS for view in views_of(dialect).values()]
OWN_VIEWS = [view for view in DIALECT_VIEWS if view not in CANONICAL_VIEWS]


def test_every_dialect_is_mounted_and_nothing_else_is():
    mounted = {dialect for dialect, _ in patterns()} - {""}
    for dialect in settings.DIALECTS:
        assert dialect in mounted, (
            f"config/dialects.py has {dialect!r}, and config/urls.py does not mount it: add mount({dialect!r}, "
            "{prefix: [URL confs]}) there."
        )
    assert mounted == {CANONICAL, *DIALECTS}
    assert len(OWN_VIEWS) >= 6


def test_what_is_mounted_under_a_name_that_no_dialect_has_is_refused():
    with pytest.raises(ImproperlyConfigured, match=r"add Dialect\('nobody', …\) to config/dialects.py"):
        mount("nobody", {"nobody/": ["movies.urls"]})


@pytest.mark.parametrize("view", DIALECT_VIEWS, ids=lambda view: view.__name__)
def test_a_view_of_a_dialect_is_a_canonical_view_or_derives_from_one(view):
    assert CANONICAL_VIEWS & set(view.__mro__), (
        f"{view.__name__} derives from no view of the canonical API. Behaviour belongs there: add the canonical view "
        "first, and subclass it."
    )


def test_addresses_of_a_dialect_have_canonical_names():
    """`reverse()` finds the same names in every dialect."""
    canonical = {pattern.name for dialect, pattern in patterns() if dialect == CANONICAL}
    for dialect, pattern in patterns():
        assert not dialect or pattern.name in canonical, (
            f"{dialect} calls {pattern} {pattern.name!r}, which no address of the canonical API is called: register its "
            f"view with the canonical `basename`, or give the path a canonical name. There are {sorted(canonical)}."
        )


def beyond_shape(view):
    """What a view sets that no dialect may set, as a sentence that says what to do; or None."""
    sets = {name for ancestor in view.__mro__[: first_canonical(view)] for name in vars(ancestor)}
    names = sorted(sets - OF_PYTHON - BY_ROUTER - SHAPE)
    return names and (
        f"{view.__name__} sets {', '.join(names)}, and a dialect changes shape only. Behaviour goes to the canonical "
        "view. If it is shape, give the canonical view the attribute with its default, and add its name to SHAPE here."
    )


def first_canonical(view):
    return next(place for place, ancestor in enumerate(view.__mro__) if ancestor in CANONICAL_VIEWS)


@pytest.mark.parametrize("view", OWN_VIEWS, ids=lambda view: view.__name__)
def test_a_view_of_a_dialect_sets_nothing_but_its_shape(view):
    assert not beyond_shape(view), beyond_shape(view)


def test_what_is_not_shape_would_be_noticed():
    """The rule itself, against a view that breaks it."""

    class Rebel(MovieViewSet):
        queryset = Movie.objects.none()
        lookup_field = "uuid"

        def perform_create(self, serializer):
            raise NotImplementedError

    assert beyond_shape(Rebel).startswith("Rebel sets perform_create, queryset, and a dialect changes shape only.")


@pytest.mark.parametrize("view", OWN_VIEWS, ids=lambda view: view.__name__)
def test_a_dialect_that_has_not_all_methods_is_read_only(view):
    assert set(view.http_method_names) in (set(View.http_method_names), set(READ_ONLY)), (
        f"{view.__name__}.http_method_names is neither all nor rest.dialects.READ_ONLY: leave out addresses with a "
        "router of rest.routers instead."
    )


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
            writes = set(vars(ancestor)) & {"create", "update", "save", "is_valid", "run_validation"}
            assert not writes, f"{ancestor.__name__} defines {writes}: what is written is the canonical serializer's."


def paginations() -> list[type]:
    by_action = [kind for view in OWN_VIEWS for kind in vars(view).get("pagination_classes", {}).values()]
    return sorted({*shapes(EnvelopePagination), *by_action}, key=str)


@pytest.mark.parametrize("pagination", paginations(), ids=lambda pagination: pagination.__qualname__)
def test_a_pagination_of_a_dialect_changes_the_envelope_and_the_size_only(pagination):
    for name in ("page_query_param", "page_size_query_param", "cursor_query_param", "django_paginator_class"):
        assert getattr(pagination, name) == getattr(EnvelopePagination, name)
    usual = EnvelopePagination.page_size, EnvelopePagination.max_page_size
    assert (pagination.page_size, pagination.max_page_size) in (usual, (WHOLE, WHOLE)), (
        f"{pagination.__name__} has pages of a size of its own: a list is in pages of 20 (at most 100), or whole up to "
        f"{WHOLE} items."
    )
    for method in ("page_of", "get_page_size", "payload", "paginate_queryset", "get_paginated_response"):
        assert getattr(pagination, method) is getattr(EnvelopePagination, method)


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
    canonical = rules_by_source(canonical_view.serializer_class(object()))
    dialect = rules_by_source(view.serializer_class(object()))
    assert set(dialect) <= set(canonical)
    for source, rules in dialect.items():
        assert rules == canonical[source], (
            f"{view.serializer_class.__name__} gives {source!r} other rules than the canonical serializer. Rename a field "
            "with RenamesFields.renames instead of declaring it anew, which drops what the model gave it."
        )


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
    for path, name in ((f"/api/v1/movies/{movie.pk}/", renamed_from), (f"/{movie.pk}/", field)):
        refused = alice.patch(path, {name: value})
        assert refused.status_code == 400
        assert set(fields_named(refused)) == {name}
    assert whole_database() == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_address_of_a_dialect_is_below_its_prefix(operation):
    prefix = settings.DIALECTS[operation.dialect].prefix
    assert operation.path.startswith(prefix), (
        f"{operation.path} is not below {prefix!r}: config/urls.py mounts {operation.dialect!r} there, so that its "
        "`prefix` in config/dialects.py is to be what every address begins with, or empty."
    )


def with_addresses_of_movies():
    """The dialects in which movies are added and have addresses of their own."""
    views = [(dialect, view) for dialect in settings.DIALECTS for view in views_of(dialect).values()]
    return [
        name
        for name, view in views
        if issubclass(view, MovieViewSet) and view.detail_route and "post" in view.http_method_names
    ]


def test_the_dialects_with_an_address_for_each_movie_are_asked():
    assert {CANONICAL, "community", "showcase", "classic"} <= set(with_addresses_of_movies())


@pytest.mark.parametrize("dialect", with_addresses_of_movies())
def test_addresses_stay_in_the_dialect_in_which_the_caller_asked(alice, dialect):
    path = reverse(f"{dialect}:movie-list")
    view = resolve(path).func.cls
    body = {
        "title": "DDLJ",
        "description": "d",
        "release_date": "1995-10-20",
        "director": "Aditya Chopra",
        "genre": ["Drama"],
    }
    names = {field.source: name for name, field in view.serializer_class().fields.items()}
    response = alice.post(path, {names.get(field, field): value for field, value in body.items()})
    assert response.status_code == 201, response.content
    movie = Movie.objects.get()
    assert response["Location"] == f"http://testserver{path}{getattr(movie, view.lookup_field)}/"


def test_what_one_dialect_writes_all_the_others_read(alice, anonymous):
    pk = alice.post("/api/auth/movies", {"title": "Transformer", "director": "XYZ"}).json()["id"]
    for path in (f"/api/v1/movies/{pk}/", f"/movies/{pk}/", f"/{pk}/"):
        body = anonymous.get(path).json()
        assert (body["title"], body["director"]["name"]) == ("Transformer", "XYZ")
    assert anonymous.get(f"/api/movies/{pk}/").json()["director"] == "XYZ"
