"""What tests of every app ask: what is in the whole database, and which fields an error names."""

from typing import Any

from django.db import connection
from django.urls import get_script_prefix

from rest.problems import PROBLEMS

CANONICAL_ERROR = {"type", "title", "status", "detail", "instance", "code", "request_id"}


def whole_database() -> dict[str, list[str]]:
    """Every row of every table as text, sorted."""
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        return {name: rows_of(cursor, name) for name in names}


def rows_of(cursor: Any, table: str) -> list[str]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor.fetchall())


def is_problem(response: Any) -> bool:
    """Whether an error has the canonical shape (RFC 9457); if so, that shape is checked in full."""
    if response["Content-Type"] != "application/problem+json":
        return False
    body = response.json()
    assert set(body) - {"errors"} == CANONICAL_ERROR, body
    kind = PROBLEMS[body["code"]]
    assert body["type"] == f"{get_script_prefix()}problems/{kind.code}/"
    assert body["title"] == kind.title
    assert body["status"] == response.status_code
    assert body["status"] in kind.statuses, body
    assert body["detail"], body
    assert body["instance"] == response.request["PATH_INFO"]
    assert body["request_id"] == response["X-Request-ID"]
    assert ("errors" in body) == (kind.code == "invalid"), body
    for error in body.get("errors", []):
        assert set(error) == {"field", "pointer", "detail", "code"}, error
        assert error["pointer"].startswith("#"), error
        assert error["code"], error
    return True


def fields_named(response: Any) -> dict[str, list[str]]:
    """Field → messages, whichever of the two shapes the error has; nested fields are named "movies.0.title"."""
    if is_problem(response):
        named: dict[str, list[str]] = {}
        for error in response.json().get("errors", []):
            named.setdefault(error["field"], []).append(error["detail"])
        return named
    body = response.json()
    return {} if set(body) <= {"detail", "code"} else dict(flat(body))


def flat(data: Any, trail: str = "") -> Any:
    if isinstance(data, list) and all(isinstance(item, str) for item in data):
        yield trail.removesuffix(".non_field_errors"), data
    elif isinstance(data, str):
        yield trail, [data]
    else:
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from flat(value, f"{trail}.{key}" if trail else str(key))


def detail_of(response: Any) -> str:
    """The message of an error that names no field."""
    is_problem(response)
    return response.json()["detail"]


def said_in(response: Any) -> dict[str, Any]:
    """The body of an error without what names this request, so that it can be compared with another's."""
    is_problem(response)
    return {name: value for name, value in response.json().items() if name not in ("instance", "request_id")}


def headers_of(response: Any) -> dict[str, str]:
    """The headers without the one that names this request."""
    return {name: value for name, value in response.headers.items() if name != "X-Request-ID"}
