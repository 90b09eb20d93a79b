"""What is found out of a request in fewer steps is what Django finds out."""

import pytest
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest

from rest.environ import address_of, site_of
from rest.fast_path.plain import LONGEST_QUERY, plain_request
from rest.tests.requests import asked

PATHS = [
    "/",
    "//",
    "/a",
    "/a/b-c_d/",
    "//host/a",
    "/a//b",
    "/a/./b",
    "/a/../b/",
    "/a b",
    "/\xc3\xa9/",
    "/a?b#c%20",
    "/a\n",
    "",
]
QUERIES = ["", "page=2", "page=2&page=3", "a=%C3%A9&b=\xff", "q=a+b%2", "=&&", "a;b=1", "a" * (LONGEST_QUERY + 1)]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_is_the_one_that_django_builds(path, scheme):
    request = WSGIRequest({**asked("GET", "/"), "PATH_INFO": path, "wsgi.url_scheme": scheme})
    assert address_of(request) == request.build_absolute_uri(request.path)
    assert site_of(request) == f"{scheme}://testserver"


def test_a_foreign_host_is_refused():
    with pytest.raises(DisallowedHost):
        site_of(WSGIRequest(asked("GET", "/", HTTP_HOST="evil.example")))


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_read_as_django_reads_it_and_cannot_be_changed(query):
    environ = asked("GET", f"/?{query}")
    for _ in range(2):
        read = plain_request(dict(environ)).GET
        assert [*read.lists()] == [*WSGIRequest(dict(environ)).GET.lists()]
        with pytest.raises(AttributeError):
            read["page"] = "3"
