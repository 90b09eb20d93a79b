"""The fast path passes nothing by in silence: middleware, throttles, hooks, listeners and settings are asked or refused."""

import logging
import re
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.http import HttpResponse
from rest_framework.request import Request

from rest.fast_path import FastPath, fast_path, routes, stack, try_fast
from rest.layers import AnswerLayer
from rest.tests import urls
from rest.tests.requests import answered, asked

HERE = __name__


class Maintenance(AnswerLayer):
    def refuse(self, request: Any) -> HttpResponse | None:
        return HttpResponse("closed", status=503) if "HTTP_X_CLOSED" in request.META else None


class Signing(AnswerLayer):
    begun: list[str] = []

    def begin(self, request: Any) -> str:
        self.begun.append(request.path)
        return "signature"

    def finish(self, request: Any, begun: Any, status: int, headers: Any) -> None:
        headers["X-Signed"] = f"{begun} {status}"


class Broken(AnswerLayer):
    def begin(self, request: Any) -> None:
        raise RuntimeError("cannot begin")


class Foreign:
    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)


class Rebel(Signing):
    def __call__(self, request: Any) -> Any:
        return self.get_response(request)


def function_middleware(get_response: Any) -> Any:
    return get_response


@pytest.fixture
def things(db, settings):
    """The small API of `rest.tests.urls`, behind the fast path: call it with a WSGI environ."""
    settings.ROOT_URLCONF = "rest.tests.urls"
    urls.done.clear()
    routes.routes.cache_clear()
    return lambda environ: answered(FastPath(WSGIHandler()), environ)


def use(settings, *middleware: str) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *(f"{HERE}.{name}" for name in middleware)]


def failed_checks() -> list[str]:
    return [message.msg for message in checks.run_checks() if str(message.id).startswith("rest.")]


# --- Middleware -----------------------------------------------------------------------------------------------------


def test_as_it_is_everything_is_accounted_for():
    assert failed_checks() == []


@pytest.mark.parametrize("name", ["Foreign", "function_middleware"])
def test_a_middleware_that_the_fast_path_does_not_know_fails_the_check_and_the_start(settings, name):
    use(settings, name)
    [message] = failed_checks()
    assert f"{HERE}.{name}" in message
    assert "AnswerLayer" in message
    assert "FAST_PATH_SKIPS" in message
    with pytest.raises(ImproperlyConfigured, match=name):
        FastPath(lambda environ, start_response: [])


def test_with_a_reason_it_is_accepted_and_without_one_it_is_not(settings):
    use(settings, "Foreign")
    settings.FAST_PATH_SKIPS = {**settings.FAST_PATH_SKIPS, f"{HERE}.Foreign": ""}
    assert len(failed_checks()) == 1
    settings.FAST_PATH_SKIPS = {**settings.FAST_PATH_SKIPS, f"{HERE}.Foreign": "It only looks on."}
    assert failed_checks() == []


def test_a_reason_for_what_is_not_there_is_stale(settings):
    settings.FAST_PATH_SKIPS = {**settings.FAST_PATH_SKIPS, "gone.Middleware": "It was here once."}
    assert failed_checks() == ["FAST_PATH_SKIPS names gone.Middleware, which is not in MIDDLEWARE."]


def test_a_layer_that_goes_its_own_way_is_no_layer(settings):
    use(settings, "Rebel")
    [message] = failed_checks()
    assert "__call__" in message


def test_a_listener_to_the_beginning_of_requests_fails_the_check():
    def listener(**kwargs: Any) -> None:
        raise AssertionError

    request_started.connect(listener)
    try:
        [message] = failed_checks()
    finally:
        request_started.disconnect(listener)
    assert "request_started" in message
    assert "listener" in message


def test_a_layer_that_refuses_is_asked_on_both_ways(things, settings):
    use(settings, "Maintenance")
    assert things(asked("GET", "/things/"))[0] == "200 OK"
    assert things(asked("GET", "/things/", HTTP_X_CLOSED="1"))[0].startswith("503")
    assert try_fast(asked("GET", "/things/", HTTP_X_CLOSED="1")) is None
    assert urls.done == ["list"]


@pytest.mark.parametrize("condition", [{}, {"HTTP_IF_MATCH": "*"}], ids=["fast", "full stack"])
def test_a_layer_adds_its_header_and_begins_once_whichever_way_the_request_takes(things, settings, condition):
    use(settings, "Signing")
    Signing.begun.clear()
    status, headers, _ = things(asked("GET", "/things/1/", **condition))
    assert dict(headers)["X-Signed"] == f"signature {status[:3]}"
    assert Signing.begun == ["/things/1/"]


def test_a_request_that_leaves_the_fast_path_has_begun_already(things, settings, monkeypatch):
    use(settings, "Signing")
    Signing.begun.clear()
    monkeypatch.setattr("rest.fast_path.answer.rendered", lambda *arguments: 1 / 0)
    status, headers, content = things(asked("GET", "/things/1/"))
    assert (status, content) == ("200 OK", b'{"id":"1"}')
    assert dict(headers)["X-Signed"] == "signature 200"
    assert Signing.begun == ["/things/1/"]


def test_a_layer_that_cannot_begin_is_500_of_the_full_stack_and_the_view_is_not_asked(things, settings, caplog):
    use(settings, "Broken")
    assert try_fast(asked("POST", "/things/", body=b"{}")) is None
    assert things(asked("POST", "/things/", body=b"{}"))[0] == "500 Internal Server Error"
    assert urls.done == []
    assert "cannot begin" in caplog.text


def test_a_user_agent_that_is_not_wanted_gets_no_answer(things, settings):
    settings.DISALLOWED_USER_AGENTS = [re.compile("Scraper")]
    assert things(asked("GET", "/things/", HTTP_USER_AGENT="Scraper/1"))[0].startswith("403")
    assert things(asked("GET", "/things/", HTTP_USER_AGENT="curl/8"))[0] == "200 OK"


# --- Methods --------------------------------------------------------------------------------------------------------


def test_a_method_that_does_not_say_that_it_returns_a_payload_is_refused_at_import():
    with pytest.raises(TypeError, match="Payload"):

        @fast_path
        def method(self: Any, request: Request) -> dict[str, Any]:
            return {}


@pytest.mark.parametrize(
    ("view", "reason"),
    [("LimitedViewSet", "HourlyThrottle"), ("SessionViewSet", "SessionAuthentication"), ("HookedViewSet", "initial")],
)
def test_a_view_that_needs_more_than_the_fast_path_gives_fails_the_check_and_the_start(
    things, monkeypatch, view, reason
):
    monkeypatch.setattr(urls.router.urls[0].callback, "cls", getattr(urls, view))
    messages = failed_checks()
    assert messages
    assert all(view in message and reason in message for message in messages)
    routes.routes.cache_clear()
    with pytest.raises(ImproperlyConfigured, match=reason):
        FastPath(lambda environ, start_response: [])


def test_a_throttle_scope_of_the_action_fails_the_check(things, monkeypatch):
    monkeypatch.setattr(urls.ThingViewSet, "throttle_scopes", {"list": "create"}, raising=False)
    [message] = failed_checks()
    assert "ThingViewSet.list" in message


def test_a_status_without_a_phrase_is_sent_and_the_write_happens_once(things):
    status, _, content = things(asked("POST", "/things/", body=b"{}"))
    assert (status, content) == ("299 Unknown Status Code", b'{"made":true}')
    assert urls.done == ["create"]


def test_a_write_that_fails_unexpectedly_is_500_and_is_not_done_again(things, caplog):
    with caplog.at_level(logging.ERROR):
        status, headers, content = things(asked("POST", "/things/1/breaking/"))
    assert status == "500 Internal Server Error"
    assert b"A server error occurred." in content
    assert dict(headers)["X-Frame-Options"] == "DENY"
    assert urls.done == ["breaking"]
    assert "after the write" in caplog.text


# --- Addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", [19, 40, 5000])
def test_an_id_that_no_database_holds_is_kept_nowhere_and_logs_no_traceback(things, caplog, digits):
    known = routes.find_route("GET", "/things/1/")[0]
    table = routes.routes("rest.tests.urls")
    before = len(table.plain), sum(map(len, table.keyed.values()))
    for n in range(5):
        things(asked("GET", f"/things/{n + 1}{'7' * (digits - 1)}/"))
    assert (len(table.plain), sum(map(len, table.keyed.values()))) == before
    assert routes.find_route("GET", "/things/2/")[0] is known
    assert not any(record.exc_info for record in caplog.records)


def test_an_address_with_an_id_is_found_by_its_pattern(things):
    route, arguments = routes.find_route("GET", "/things/123/")
    assert (route.action, arguments) == ("retrieve", {"pk": 123})
    assert routes.find_route("GET", "/things/123/456/") is None
    assert routes.find_route("GET", "/things/\0/") is None
    assert routes.find_route("DELETE", "/things/123/") is None


def test_usual_headers_are_those_of_djangos_layers(settings):
    assert stack.usual_headers(is_secure=False)["X-Content-Type-Options"] == "nosniff"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "XFrame" not in name]
    assert "X-Frame-Options" not in stack.usual_headers(is_secure=False)
