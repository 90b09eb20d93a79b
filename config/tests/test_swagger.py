"""The Swagger document is complete, valid, readable, and served locally in every format."""

import json
import re
from collections import Counter

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string
from swagger_spec_validator.validator20 import validate_spec

from config.dialects import CANONICAL
from config.tests.openapi import DOCUMENT, OPERATIONS, Operation
from conftest import Person
from movies.tests.contract import CANONICAL_KEYS, READ_ONLY_KEYS
from rest.swagger.generator import document
from rest.swagger.snapshot import generated

DIALECTS = set(settings.DIALECTS)
HEADINGS = {tag["name"] for tag in DOCUMENT["tags"]}
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        found += patterns(pattern, route) if isinstance(pattern, URLResolver) else [(route, pattern)]
    return found


def published() -> Counter[str]:
    """Every method and path below a dialect's namespace, read from the URL conf and from nothing of drf-yasg's."""
    endpoints: Counter[str] = Counter()
    for mount in get_resolver().url_patterns:
        if getattr(mount, "namespace", None) in DIALECTS:
            for route, pattern in patterns(mount):
                path = "/" + re.sub(r"<(\w+:)?(\w+)>", r"{\2}", route).replace("{pk}", "{id}")
                methods = set(pattern.callback.actions) & set(pattern.callback.cls.http_method_names) - {"head"}
                endpoints.update(f"{method.upper()} {path}" for method in methods)
    return endpoints


def test_every_endpoint_of_every_dialect_is_in_the_document_and_nothing_else():
    described = {f"{operation.method.upper()} {operation.path}" for operation in OPERATIONS}
    assert described == set(published())
    assert {operation.dialect for operation in OPERATIONS} == DIALECTS


def test_the_document_is_valid_swagger_2():
    validate_spec(json.loads(generated()))


def test_the_committed_snapshot_is_the_document():
    snapshot = settings.BASE_DIR / "docs" / "openapi.json"
    renew = "The API has changed. Where that is meant, renew the snapshot: python manage.py write_openapi"
    assert snapshot.read_text() == generated(), renew


def test_operation_ids_are_unique_and_begin_with_the_dialect():
    ids = Counter(str(operation) for operation in OPERATIONS)
    assert ids.most_common(1)[0][1] == 1
    assert {name.partition("_")[0] for name in ids} == DIALECTS


@each_operation
def test_each_operation_has_a_summary_of_one_line_and_a_heading(operation: Operation):
    summary = operation.about["summary"]
    assert 3 < len(summary) < 80
    assert "\n" not in summary
    assert "`" not in summary  # Swagger UI shows a summary as it is
    assert set(operation.about["tags"]) <= HEADINGS
    assert operation.about["tags"]


@each_operation
def test_each_operation_has_a_success_with_an_example_or_without_a_body(operation: Operation):
    assert operation.successes
    for code in operation.successes:
        response = operation.responses[code]
        if code == 204:
            assert "schema" not in response
        else:
            assert response["schema"]
            is_file = response["schema"].get("type") == "file"
            assert is_file or response["examples"]["application/json"]


@each_operation
def test_each_operation_has_the_error_answers_that_it_can_give(operation: Operation):
    expected = {401} if operation.takes_credential or operation.name in ("auth_login", "auth_refresh") else set()
    if operation.body or operation.parameters("formData"):
        expected |= {400}
    if any(parameter.get("required") for parameter in operation.parameters("query").values()):
        expected |= {400}
    if operation.parameters("path") or "page" in operation.parameters("query"):
        expected |= {404}
    if operation.dialect == CANONICAL:
        expected |= {400}  # a query parameter that means nothing
    if operation.method != "get":
        expected |= {400, 411, 413, 415}
    if "Idempotency-Key" in operation.parameters("header"):
        expected |= {422}
    expected |= {412}
    needs = "its viewset's `operations` need an example: `invalid` for a 400, `not_found` for a 404"
    assert expected <= set(operation.responses), f"{operation}: {needs}"


@each_operation
def test_each_error_has_an_example_in_the_shape_of_its_dialect(operation: Operation):
    for code, response in operation.responses.items():
        if code >= 400:
            media_type = import_string(settings.DIALECTS[operation.dialect].errors).media_type
            assert operation.dialect != CANONICAL or media_type == "application/problem+json"
            example = response["examples"][media_type]
            assert media_type in operation.about.get("produces", ["application/json"])
            assert response["schema"]["example"] == example
            assert operation.dialect != CANONICAL or example["status"] == code


@each_operation
def test_each_operation_says_which_credentials_it_takes(operation: Operation):
    is_open = operation.name in ("auth_register", "auth_login", "auth_refresh") or operation.name.startswith(
        "recovery_"
    )
    allowed = [[]] if is_open else [[{"Token": []}, {"Bearer": []}], [{}, {"Token": []}, {"Bearer": []}]]
    assert operation.about["security"] in allowed


@each_operation
def test_each_parameter_is_described(operation: Operation):
    for where in ("query", "path"):
        for name, parameter in operation.parameters(where).items():
            assert parameter.get("description"), name


def test_both_credentials_are_declared_as_the_same_header():
    definitions = DOCUMENT["securityDefinitions"]
    assert set(definitions) == {"Token", "Bearer"}
    assert {(one["type"], one["in"], one["name"]) for one in definitions.values()} == {
        ("apiKey", "header", "Authorization")
    }


def test_the_headings_are_the_canonical_api_first_then_the_documents():
    assert [tag["name"] for tag in DOCUMENT["tags"]] == [
        "api · accounts",
        "api · movies",
        "api · feedback",
        "api · collections",
        "api · request counter",
        *(dialect.heading for dialect in settings.DIALECTS.values() if dialect.heading),
    ]
    assert all(tag["description"] for tag in DOCUMENT["tags"])
    used = {tag for operation in OPERATIONS for tag in operation.about["tags"]}
    assert used == HEADINGS


def test_registration_and_login_stand_under_both_documents_that_have_them():
    shared = [one for one in OPERATIONS if one.path in ("/register/", "/login/")]
    assert len(shared) == 2
    assert all(one.about["tags"] == ["community (document 002)", "collector (document 004)"] for one in shared)


def test_a_dialects_shapes_have_names_of_their_own():
    shapes = DOCUMENT["definitions"]
    assert set(shapes["CompactMovie"]["properties"]) == {"id", "title", "director"}
    assert "released_date" in shapes["ClassicMovie"]["properties"]
    assert "release_date" in shapes["Movie"]["properties"]
    assert set(shapes["ClassicRegistered"]["properties"]) == {"msg", "userdetails", "token"}
    of_community = {"message", "user", "token", "access", "refresh", "access_token", "refresh_token"}
    assert set(shapes["CommunityRegistered"]["properties"]) == of_community


def test_filters_ordering_and_pages_of_the_movies_are_documented():
    movies = next(one for one in OPERATIONS if str(one) == "api_movie_list")
    query = movies.parameters("query")
    assert {"title", "director", "genre", "year", "released_after", "released_before"} <= set(query)
    assert {"min_duration", "max_duration", "min_rating", "max_rating", "ordering"} <= set(query)
    assert "-average_rating" in query["ordering"]["items"]["enum"]
    assert (query["page_size"]["default"], query["page_size"]["maximum"]) == (20, 100)


@pytest.mark.parametrize(
    ("name", "parameters", "dialects"),
    [
        ("movie_search", {"q"}, {"api", "community", "showcase"}),
        ("movie_genre", {"genre"}, {"api", "community"}),
        ("movie_most_liked", {"limit"}, {"api", "community", "showcase"}),
        ("movie_newest", set(), {"api", "community", "showcase"}),
    ],
)
def test_the_ways_to_find_movies_have_their_parameters(name: str, parameters: set[str], dialects: set[str]):
    found = [one for one in OPERATIONS if one.name == name]
    assert {one.dialect for one in found} == dialects
    assert all(parameters <= set(one.parameters("query")) for one in found)


@pytest.mark.parametrize("dialect", ["api", "community", "showcase"])
def test_a_cover_can_be_sent_as_json_says_or_as_a_file(dialect: str):
    create = next(one for one in OPERATIONS if str(one) == f"{dialect}_movie_create")
    change = next(one for one in OPERATIONS if str(one) == f"{dialect}_movie_partial_update")
    assert create.about["consumes"] == ["application/json", "multipart/form-data"]
    assert "cover_image" in create.body["properties"]
    assert change.about["consumes"] == ["multipart/form-data", "application/json"]
    assert change.parameters("formData")["cover_image"]["type"] == "file"


@pytest.mark.parametrize(
    ("operation_id", "required"),
    [
        ("api_movie_create", {"title"}),
        ("api_movie_update", {"title"}),
        ("showcase_movie_create", {"title", "description", "release_date", "director", "genre"}),
        ("showcase_movie_update", {"title", "description", "release_date", "director", "genre"}),
        ("community_movie_create", {"title"}),
        ("compact_movie_create", {"title"}),
        ("classic_movie_create", {"title"}),
        ("classic_movie_update", set()),
        ("api_auth_register", {"username", "email", "password"}),
        ("community_auth_register", {"username", "password"}),
        ("classic_auth_register", {"username", "email", "password", "password2"}),
        ("collector_collection_create", {"title", "description"}),
        ("collector_collection_update", set()),
    ],
)
def test_bodies_require_what_their_dialect_requires(operation_id: str, required: set[str]):
    operation = next(one for one in OPERATIONS if str(one) == operation_id)
    assert set(operation.body.get("required", [])) == required


def test_only_what_can_be_written_is_in_a_body():
    create = next(one for one in OPERATIONS if str(one) == "api_movie_create")
    where = "what clients cannot write belongs in READ_ONLY_KEYS too, movies/tests/contract.py"
    assert set(create.body["properties"]) == CANONICAL_KEYS - READ_ONLY_KEYS, where


def test_the_introduction_tells_a_newcomer_about_dialects_credentials_pages_and_errors():
    text = DOCUMENT["info"]["description"]
    for word in (
        *DIALECTS,
        "## Credentials",
        "Token <token>",
        "Bearer <access>",
        "`Link`",
        "`cursor`",
        "If-None-Match",
        "problem+json",
        "Retry-After",
    ):
        assert word in text, f"Tell of it in config/introduction.md: {word}"


# --- Served ---


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("/swagger/", "text/html"),
        ("/redoc/", "text/html"),
        ("/swagger.json", "application/json"),
        ("/swagger/?format=openapi", "application/openapi+json"),
        ("/swagger.json?format=openapi", "application/openapi+json"),
        ("/swagger.json?format=json", "application/json"),
        ("/swagger.json?format=yaml", "application/yaml"),
        ("/redoc/?format=openapi", "application/openapi+json"),
    ],
)
def test_the_document_is_served_in_every_format(client: Client, address: str, media_type: str):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].partition(";")[0] == media_type
    if "json" in media_type:
        assert response.json() == json.loads(generated())
    if "yaml" in media_type:
        assert yaml.safe_load(response.content) == json.loads(generated())


def test_everybody_sees_the_same_document(client: Client, alice: Person, sam: Person):
    bodies = {asking.get("/swagger.json").content for asking in (client, alice, sam)}
    assert len(bodies) == 1


def test_a_dead_credential_does_not_keep_anybody_from_the_document(client: Client, db: None):
    assert client.get("/swagger.json", headers={"Authorization": "Token dead"}).status_code == 200


def test_the_document_names_no_host_so_that_it_holds_behind_any_proxy(client: Client):
    spec = client.get("/swagger.json", headers={"Host": "localhost"}).json()
    assert "host" not in spec
    assert "schemes" not in spec
    assert spec["basePath"] == "/"


@pytest.mark.usefixtures("below_films")
def test_below_a_prefix_the_base_path_contains_it(client: Client):
    assert client.get("/swagger.json").json()["basePath"] == "/films"


def test_the_document_is_made_once_for_each_process(client: Client):
    client.get("/swagger.json")
    made = document.cache_info().misses
    client.get("/swagger.json")
    client.get("/swagger/?format=yaml")
    assert document.cache_info().misses == made


@pytest.mark.parametrize("address", ["/swagger/", "/redoc/"])
def test_the_pages_load_nothing_from_elsewhere(client: Client, address: str):
    page = client.get(address).content.decode()
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert loaded
    assert all(link.startswith("/static/") for link in loaded)
    assert "validator.swagger.io" not in page


def test_swagger_ui_offers_no_session_login(client: Client):
    assert "django-session-auth" not in client.get("/swagger/").content.decode()
