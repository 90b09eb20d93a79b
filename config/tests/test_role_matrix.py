"""Who may do what: every route, by every method, for every role, as role_matrix.tsv says and as the server answers.

The table is read by people: whoever changes it says in the review why that role may do that. A route without a row
fails. `WRITE_ROLE_MATRIX=1 python -m pytest config/tests/test_role_matrix.py` writes it as the server answers now.
"""

import os

import pytest
from django.db import connection

from config.tests.roles import ROLES, Walker, read_matrix, routes, write_matrix
from config.tests.test_admin_actions import rows  # noqa: F401 - a fixture
from metrics.tests.server import Server, database_url


def test_every_route_has_a_row_and_every_row_a_route():
    wanted = {(route.path, method) for route in routes() for method in route.methods}
    in_matrix = set(read_matrix())
    assert sorted(wanted - in_matrix) == []
    assert sorted(in_matrix - wanted) == []


@pytest.fixture
def server(tmp_path, transactional_db, settings):
    """A server on the very database of this test: what the test writes is there at once."""
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}" if connection.vendor == "sqlite" else database_url(tmp_path)
    env = {
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.test_settings",
        "MEDIA_ROOT": str(tmp_path),
    }
    with Server(url, tmp_path / "var", env=env) as running:
        yield running


@pytest.mark.long
def test_every_role_is_answered_as_the_matrix_says(server, request):
    walker = Walker(server.port, make_rows=lambda: request.getfixturevalue("rows"))
    found = {
        (route.path, method): [walker.status(route, method, role) for role in ROLES]
        for route in sorted(routes(), key=lambda route: route.path)
        for method in route.methods
    }
    if os.environ.get("WRITE_ROLE_MATRIX"):
        write_matrix(found)
    expected = read_matrix()
    wrong = [
        f"{method} {path}: {role} is answered {answered}, not {wanted}"
        for (path, method), statuses in found.items()
        for role, answered, wanted in zip(ROLES, statuses, expected[path, method], strict=True)
        if answered != wanted
    ]
    assert wrong == [], server.describe()
