"""Behind a proxy that speaks TLS: cookies, HSTS, the redirect to HTTPS, and the settings that follow from PUBLIC_URL."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as real_settings
from django.test import Client

from config.tests.test_settings import settings_of_a_new_installation
from config.wsgi import full_stack
from conftest import PASSWORD
from rest import fast_path
from rest.checks import somebody_says_who_comes_by_https
from rest.fast_path import FastPath
from rest.proxies import BehindProxies
from rest.tests.requests import answered, asked
from rest.transport import as_public_url

BY_HTTPS = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "testserver"}
PUBLIC = {"PUBLIC_URL": "https://films.example.com", "TRUSTED_PROXIES": "1"}


@pytest.fixture
def behind_tls(settings):
    """Django's settings with TRUSTED_PROXIES=1."""
    settings.TRUSTED_PROXIES, settings.SECURE_PROXY_SSL_HEADER = 1, ("HTTP_X_FORWARDED_PROTO", "https")
    return settings


@pytest.fixture
def public(behind_tls):
    """And with PUBLIC_URL=https://films.example.com."""
    behind_tls.SESSION_COOKIE_SECURE = behind_tls.CSRF_COOKIE_SECURE = behind_tls.SECURE_SSL_REDIRECT = True
    behind_tls.ALLOWED_HOSTS, behind_tls.SECURE_SSL_HOST = ["films.example.com"], "films.example.com"
    return behind_tls


def cookies_of_a_login(client, sam, **more):
    """The cookies of the admin's form and of the answer to it, by name."""
    form = client.get("/admin/login/", **more)
    token = form.cookies["csrftoken"].value
    login = {"username": sam.user.username, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/admin/"}
    origin = {"HTTP_REFERER": "https://testserver/admin/login/"} if more else {}
    answer = client.post("/admin/login/", login, **more, **origin)
    assert answer.status_code == 302, answer.content
    return {**form.cookies, **answer.cookies}


@pytest.fixture
def browser(db):
    return Client(enforce_csrf_checks=True)


def test_who_comes_by_https_gets_cookies_that_go_nowhere_else(behind_tls, browser, sam):
    cookies = cookies_of_a_login(browser, sam, **BY_HTTPS)
    assert set(cookies) == {"csrftoken", "sessionid"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


def test_who_comes_by_http_to_a_server_without_a_public_address_logs_in_too(behind_tls, browser, sam):
    cookies = cookies_of_a_login(browser, sam)
    assert [bool(cookie["secure"]) for cookie in cookies.values()] == [False, False]
    assert browser.get("/admin/").status_code == 200


def test_a_form_of_another_site_is_refused_with_a_page_that_says_what_to_do(behind_tls, browser, db):
    reply = browser.post("/admin/login/", {}, HTTP_REFERER="https://evil.example/", **BY_HTTPS)
    assert reply.status_code == 403
    assert b"load the page anew" in reply.content
    assert b"<style" not in reply.content
    assert "script-src 'self'" in reply.headers["Content-Security-Policy"]


def test_a_client_cannot_say_by_itself_that_it_came_by_https(browser, sam):
    form = browser.get("/admin/login/", **BY_HTTPS)
    assert not form.cookies["csrftoken"]["secure"]
    assert "Strict-Transport-Security" not in form.headers


@pytest.mark.parametrize("condition", [{}, {"HTTP_IF_MATCH": "*"}], ids=["fast path", "full stack"])
def test_answers_to_https_have_hsts_and_those_to_http_have_not(behind_tls, db, condition):
    application = BehindProxies(FastPath(full_stack))
    _, by_https, _ = answered(application, asked("GET", "/api/v1/movies/", **BY_HTTPS, **condition))
    _, by_http, _ = answered(application, asked("GET", "/api/v1/movies/", **condition))
    assert dict(by_https)["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in dict(by_http)


@pytest.mark.parametrize("path", ["/api/v1/movies/?page=2", "/", "/admin/", "/swagger/", "/api/auth/movies"])
def test_http_is_redirected_where_the_public_address_is_https(public, client, db, path):
    reply = client.get(path, HTTP_HOST="films.example.com")
    assert (reply.status_code, reply["Location"]) == (301, f"https://films.example.com{path}")


def test_what_is_redirected_keeps_its_method(public, client, db):
    reply = client.post("/api/v1/auth/login/", {}, HTTP_HOST="films.example.com")
    assert reply.status_code == 308


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_whoever_asks_for_the_health_asks_the_server_itself(public, client, db, path):
    assert client.get(path, HTTP_HOST="films.example.com").status_code == 200


def test_what_comes_by_https_still_takes_the_fast_path(public, db):
    named = {"HTTP_HOST": "films.example.com"}
    assert fast_path.try_fast(asked("GET", "/api/v1/movies/", **{**BY_HTTPS, **named}))[0] == "200 OK"
    assert fast_path.try_fast(asked("GET", "/api/v1/movies/", **named)) is None


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("settings.ALLOWED_HOSTS[-1]", "films.example.com"),
        ("settings.CSRF_TRUSTED_ORIGINS", "['https://films.example.com']"),
        ("settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT", "True True True"),
    ],
)
def test_what_follows_from_the_public_address(tmp_path, expression, shown):
    assert settings_of_a_new_installation(tmp_path, expression, **PUBLIC) == (shown, "")


def test_nobody_is_redirected_where_no_proxy_is_believed(tmp_path):
    shown, _ = settings_of_a_new_installation(tmp_path, "settings.SECURE_SSL_REDIRECT", PUBLIC_URL=PUBLIC["PUBLIC_URL"])
    assert shown == "False"


def test_that_nobody_is_redirected_is_said(settings):
    settings.PUBLIC_URL = PUBLIC["PUBLIC_URL"]
    (warning,) = somebody_says_who_comes_by_https()
    assert "TRUSTED_PROXIES is 0" in warning.msg
    settings.TRUSTED_PROXIES = 1
    assert somebody_says_who_comes_by_https() == []


@pytest.mark.parametrize(
    "text", ["films.example.com", "ftp://a", "https://", "https://a/?b", "https://a/#b", "https://me@a", ""]
)
def test_what_is_no_address_is_no_public_one(text):
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        as_public_url(text)


def test_the_public_address_has_no_slash_at_its_end():
    assert as_public_url("https://a.example/marquee/") == "https://a.example/marquee"


def test_djangos_check_for_deployments_finds_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=real_settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **PUBLIC},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2 silenced" in done.stdout


def test_links_begin_with_https_where_the_client_came_by_it(behind_tls, make_movie, alice):
    body = json.dumps(
        {"title": "New", "description": "d", "release_date": "2001-01-01", "director": "D", "genre": "Drama"}
    )
    request = asked("POST", "/api/v1/movies/", body=body.encode(), token=alice.credentials.token, **BY_HTTPS)
    status, headers, _ = answered(BehindProxies(FastPath(full_stack)), request)
    assert status == "201 Created"
    assert dict(headers)["Location"].startswith("https://testserver/api/v1/movies/")
