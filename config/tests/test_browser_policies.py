"""What browsers may do with pages, covers and data: Content-Security-Policy and its kin, on both ways."""

import re

import pytest
from django.conf import settings as real_settings

from rest import fast_path
from rest.tests.requests import asked, the_full_stack

PAGES = ["/swagger/", "/redoc/", "/admin/login/", "/admin/", "/admin/movies/movie/", "/admin/movies/movie/add/"]
DATA = ["/api/v1/movies/", "/api/v1/nowhere/", "/nowhere", "/swagger.json", "/livez", "/", "/static/config/swagger.js"]


def policy(response):
    """Directive → its sources."""
    directives = response.headers["Content-Security-Policy"].split("; ")
    return {name: sources.split() for name, _, sources in (each.partition(" ") for each in directives)}


@pytest.fixture
def page(client, sam):
    """A page as the admin's staff gets it, with `path`s that redirect followed."""
    client.force_login(sam.user)
    return lambda path: client.get(path, follow=True)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_no_script_that_stands_in_it_and_loads_nothing_from_elsewhere(page, path):
    response = page(path)
    assert response.headers["Content-Type"].startswith("text/html")
    said = policy(response)
    assert said["default-src"] == ["'none'"]
    assert said["script-src"] == said["connect-src"] == said["form-action"] == ["'self'"]
    assert said["frame-ancestors"] == said["base-uri"] == ["'none'"]
    may_style_itself = path in ("/swagger/", "/redoc/")
    assert said["style-src"] == ["'self'", "'unsafe-inline'"] if may_style_itself else ["'self'"]
    assert "geolocation=()" in response.headers["Permissions-Policy"]
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_no_script_and_no_style_stands_in_a_page(page, path):
    content = page(path).content.decode()
    scripts = re.findall(r"<script\b([^>]*)>", content)
    assert scripts
    assert [tag for tag in scripts if "src=" not in tag and 'type="application/json"' not in tag] == []
    assert re.findall(r"""<style\b|\bstyle=|\bon[a-z]+=["']|javascript:""", content) == []
    assert [url for url in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', content) if "//" in url] == []


@pytest.mark.parametrize("path", DATA)
def test_data_is_nothing_that_a_browser_runs_or_frames(client, db, path):
    response = client.get(path)
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "Permissions-Policy" not in response.headers


def test_both_ways_say_the_same_of_data_and_nothing_of_what_the_client_has(db):
    answers = [way(asked("GET", "/api/v1/movies/")) for way in (fast_path.try_fast, the_full_stack)]
    assert {dict(headers)["Content-Security-Policy"] for _, headers, _ in answers} == {real_settings.DATA_POLICY}
    known = asked("GET", "/api/v1/movies/", HTTP_IF_NONE_MATCH=dict(answers[0][1])["ETag"])
    for way in (fast_path.try_fast, the_full_stack):
        status, headers, _ = way(known)
        assert status == "304 Not Modified"
        assert "Content-Security-Policy" not in dict(headers)  # it would replace that of the page


def test_a_page_that_the_client_has_keeps_its_policy(client, db):
    tag = client.get("/swagger/").headers.get("ETag", '"none"')
    again = client.get("/swagger/", HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 200 or "Content-Security-Policy" not in again.headers
