"""The people in the tests: alice owns, bob shares, charlie intrudes, and sam is staff."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseBase
from django.test.client import ClientHandler
from django.test.utils import override_script_prefix
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import Credentials, open_session
from movies import services
from movies.catalogue.cards import genres
from movies.models import Movie
from rest import fast_path

PASSWORD = "correct-horse-battery"  # noqa: S105
ALIEN: dict[str, Any] = {
    "title": "Alien",
    "description": "In space.",
    "release_date": "1979-05-25",
    "duration": 117,
    "director": "Ridley Scott",
    "genre_list": ["Horror", "Science Fiction"],
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest come first, and what starts servers of its own: else a process might begin one when all others have
    nothing left to do.

    What brings its own SQLite database would do the very same once more on PostgreSQL, so it is left out there.
    """
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in ("long", "own_database")))
    if connection.vendor == "postgresql":
        repeated = [item for item in items if item.get_closest_marker("own_database")]
        items[:] = [item for item in items if item not in repeated]
        config.hook.pytest_deselected(items=repeated)


class Person:
    """A user with one login, and a client that sends its credential: `alice.get("/movies/")`."""

    def __init__(self, username: str, scheme: str = "Token", **fields: Any) -> None:
        self.user = User.objects.create_user(
            username, fields.pop("email", f"{username}@example.com"), PASSWORD, **fields
        )
        self.credentials: Credentials = open_session(user=self.user)
        self.client = APIClient()
        self.use(scheme)

    def use(self, scheme: str) -> "Person":
        """Sends the login's other credential from now on: "Token" or "Bearer"."""
        secret = {"Token": self.credentials.token, "Bearer": self.credentials.access}[scheme]
        self.client.credentials(HTTP_AUTHORIZATION=f"{scheme} {secret}")
        return self

    def __getattr__(self, name: str) -> Any:  # get, post, put, patch, delete …
        return getattr(self.client, name)


@pytest.fixture(params=["Token", "Bearer"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Ask for this fixture to run a test with both kinds of credential."""
    return request.param


@pytest.fixture
def person(db: None) -> Callable[..., Person]:
    return Person


@pytest.fixture
def alice(db: None) -> Person:
    return Person("alice")


@pytest.fixture
def bob(db: None) -> Person:
    return Person("bob")


@pytest.fixture
def charlie(db: None) -> Person:
    return Person("charlie")


@pytest.fixture
def sam(db: None) -> Person:
    return Person("sam", is_staff=True, is_superuser=True)


@pytest.fixture
def anonymous(db: None) -> APIClient:
    return APIClient()


@pytest.fixture(scope="module")
def made_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For rows that a module's tests have in common: they are made once, and gone after the module's last test.

    What asks for this has the scope of a module, too. The tests need `django_db` all the same, which undoes what each
    of them writes; those of them that commit (`transaction=True`) belong into another module.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def make_movie(db: None) -> Callable[..., Movie]:
    """Adds a movie as the service does: `make_movie("Alien", by=alice, genre_list=["Horror"], duration=117)`."""

    def make(title: str = "Alien", by: Person | None = None, **fields: Any) -> Movie:
        return services.add_movie(by=by.user if by else None, title=title, **fields)

    return make


@pytest.fixture
def movie(make_movie: Callable[..., Movie], alice: Person) -> Movie:
    """Alice's movie."""
    return make_movie(by=alice, **ALIEN)


@pytest.fixture
def below_films(settings: Any) -> Iterator[None]:
    """The server lives below `/films/`, and in this test only.

    Django keeps the addresses of static files and media once it has put the prefix before them. Setting them makes
    it forget what it kept, here and again when the test is over.
    """
    settings.STATIC_URL, settings.MEDIA_URL = "static/", "media/"
    with override_script_prefix("/films/"):
        yield


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()
    genres.forget()  # SQLite gives the ids of one test again in the next


@pytest.fixture(autouse=True, scope="session")
def _clients_take_the_fast_path() -> Iterator[None]:
    """Django's test client begins behind our WSGI application: here it takes the fast path where the server does."""
    call, full_stack = ClientHandler.__call__, ClientHandler.get_response

    def try_first(self: ClientHandler, environ: dict[str, Any]) -> HttpResponseBase:
        environ.setdefault("wsgi.input", BytesIO())
        environ["fast path"] = fast_path.try_fast(environ)
        return call(self, environ)

    def get_response(self: ClientHandler, request: WSGIRequest) -> HttpResponseBase:
        reply = request.environ.get("fast path")
        if reply is None:
            return full_stack(self, request)
        status, headers, content = reply
        return HttpResponse(content, status=int(status[:3]), headers=dict(headers))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "__call__", try_first)
        patch.setattr(ClientHandler, "get_response", get_response)
        yield
