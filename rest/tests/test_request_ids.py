"""`X-Request-ID` is taken over or given, and is in every answer of either way."""

import pytest

from config.wsgi import application
from rest.tests.requests import answered, asked, the_full_stack

MOVIES = "/api/v1/movies/"
pytestmark = pytest.mark.django_db


def request_id_of(answer):
    return dict(answer[1])["X-Request-ID"]


@pytest.mark.parametrize(
    "path", [MOVIES, "/api/v1/movies/999/", "/api/v1/nowhere/", "/livez", "/movies/", "/admin/login/"]
)
@pytest.mark.parametrize("way", [lambda environ: answered(application, environ), the_full_stack])
def test_what_the_client_sends_comes_back(way, path):
    assert request_id_of(way(asked("GET", path, HTTP_X_REQUEST_ID="trace-7/a.b:c"))) == "trace-7/a.b:c"


def test_two_requests_without_one_get_different_ones():
    first, second = (request_id_of(answered(application, asked("GET", MOVIES, HTTP_X_REQUEST_ID=""))) for _ in range(2))
    assert first != second
    assert len(first) == 32


@pytest.mark.parametrize("unfit", ["", "two words", "x" * 129, "ünïcode", 'a"b', "a\tb", "{}"])
def test_what_is_not_fit_for_a_log_is_not_taken_over(unfit):
    given = request_id_of(answered(application, asked("GET", MOVIES, HTTP_X_REQUEST_ID=unfit)))
    assert given != unfit
    assert len(given) == 32


def test_what_the_server_refuses_before_any_view_has_one(client):
    response = client.get(MOVIES, headers={"host": "elsewhere.example", "x-request-id": "mine"})
    assert (response.status_code, response["X-Request-ID"]) == (400, "mine")
