"""Every route of the server, callers of every role, and the table that says how each is answered."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from post_office.models import Email

from accounts.models import MailedKey, PersonalToken, User
from config.tests.openapi import OPERATIONS, Operation
from config.tests.test_swagger_examples import World, required_query
from conftest import Person
from metrics.models import CounterSource, CountPeriod
from movies.models import GenreRevision, Movie, SearchRevision

MATRIX = Path(__file__).with_name("role_matrix.tsv")
STAFF = {"is_staff": True}
# Who calls: nobody, a user, the user who made what is asked for, a token of that user that may read, and staff of each
# kind (staff are in no group).
ROLES: dict[str, dict[str, Any] | None] = {
    "anonymous": None,
    "other": {},
    "owner": {},
    "owner's token": None,
    "staff": STAFF,
    "moderator": STAFF,
    "editor": STAFF,
    "admin": STAFF,
    "superuser": {**STAFF, "is_superuser": True},
}
GROUPS = {"moderator", "editor", "admin"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^)]*\))*\)")
CSRF = "c" * 32
# Where a caller does something to itself: after that another one of the same role calls.
OF_THE_CALLER = re.compile(r"/(users/me|auth|accounts?|login|logout|register|password_change)/?")
QUERIES = {"/admin/autocomplete/": "app_label=movies&model_name=movie&field_name=director&term=a"}
# What comes before a parameter in an address → the world's item that it is of, and the field.
ITEM_OF = {
    "": ("movie", "pk"),
    "movies": ("movie", "pk"),
    "{content_type_id}": ("movie", "pk"),
    "comments": ("comment", "pk"),
    "directors": ("director", "pk"),
    "genres": ("genre", "pk"),
    "collection": ("collection", "uuid"),
    "collections": ("collection", "uuid"),
    "sessions": ("session", "pk"),
    "tokens": ("token", "pk"),
}
numbers = count(1)


class Route(NamedTuple):
    """An address as the URL conf has it, `{name}` where a value goes, and the model of an admin page."""

    path: str
    methods: tuple[str, ...]
    model: Any = None


def routes() -> Iterator[Route]:
    pages = admin_pages()
    for path, pattern in patterns(get_resolver()):
        actions = getattr(pattern.callback, "actions", None) or ("get", "post")
        methods = tuple(method.upper() for method in actions if method != "head")  # added when a view is first asked
        yield Route(path, methods, pages.get(path))


def patterns(resolver: Any, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        else:
            yield PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", path).translate(NO_ANCHORS), pattern


NO_ANCHORS = str.maketrans("", "", "^$")


def admin_pages() -> dict[str, Any]:
    """Path → the model whose page it is."""
    return {
        PARAMETER.sub(r"{\1}", f"/admin/{model._meta.app_label}/{model._meta.model_name}/{pattern.pattern}"): model
        for model, page in admin.site._registry.items()
        for pattern in page.get_urls()
    }


def nameless(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


OPERATION = {(nameless(one.path), one.method.upper()): one for one in OPERATIONS}


class Caller:
    """A new user of a role, with a credential for the API and a cookie for the admin; or nobody."""

    def __init__(self, role: str) -> None:
        fields = ROLES[role]
        self.person = None if fields is None else Person(f"{role}{next(numbers)}", **fields)
        self.authorization, self.cookie = "", f"csrftoken={CSRF}"
        if self.person:
            if role in GROUPS:
                self.person.user.groups.add(Group.objects.get(name=role))
            self.authorization = f"Token {self.person.credentials.token}"
            browser = Client()
            browser.force_login(self.person.user)
            self.cookie += f"; sessionid={browser.cookies['sessionid'].value}"


class Walker:
    """Asks a server on this process's own database, and puts the world in order again after each change.

    `make_rows` gives what the admin's pages are opened of: model → row.
    """

    def __init__(self, port: int, make_rows: Callable[[], dict[Any, Any]]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.callers = {role: Caller(role) for role in ROLES}
        self.world = World(self.people())
        self.world.make_items()
        self.rows = make_rows()  # after the world, which has the first numbers
        self.rows[CounterSource] = CounterSource.objects.create(pk=uuid4(), host="localhost")
        self.rows[CountPeriod] = CountPeriod.objects.create()
        # The migrations' rows, which a test that emptied the tables may have taken.
        self.rows[GenreRevision] = GenreRevision.objects.get_or_create(pk=GenreRevision.ID)[0]
        self.rows[SearchRevision] = SearchRevision.objects.get_or_create(pk=SearchRevision.ID)[0]

    def people(self) -> dict[str, Person]:
        owner, other = self.callers["owner"].person, self.callers["other"].person
        return {"alice": owner, "bob": other, "charlie": other}

    def status(self, route: Route, method: str, role: str) -> str:
        """The status, and for a redirect to the login where it leads."""
        status, location = self.send(route, method, role)
        if method != "GET" and (status < 400 or "second-factor" in route.path):  # whose codes are made before
            if OF_THE_CALLER.search(route.path):
                self.callers[role] = Caller(role)
            if "{" in route.path or OF_THE_CALLER.search(route.path):
                self.renew_world()
        return f"{status}>login" if "/login/" in location else str(status)

    def renew_world(self) -> None:
        self.world.people = self.people()
        PersonalToken.objects.filter(user=self.callers["owner"].person.user).delete()  # an account has not many
        self.world.forget_items()

    def send(self, route: Route, method: str, role: str) -> tuple[int, str]:
        caller = self.callers[role]
        operation = OPERATION.get((nameless(route.path), method))
        path = re.sub(r"\{(\w+)\}", lambda name: self.value(route, name[1]), route.path)
        if operation:
            headers = {"Authorization": self.authorization(role), "Content-Type": "application/json"}
            body, query = self.body(operation, caller), urlencode(required_query(operation))
        else:
            # Nothing is filled in, so that forms come back and deletions ask.
            headers = {"Cookie": caller.cookie, "X-CSRFToken": CSRF}
            body = "" if method == "POST" else None
            query = QUERIES.get(path, "")
        self.connection.request(method, f"{path}?{query}" if query else path, body, headers)
        response = self.connection.getresponse()
        response.read()
        return response.status, response.headers.get("Location", "")

    def authorization(self, role: str) -> str:
        """The credential of that role: a login's, or a token that the owner has just made and that may only read."""
        if role != "owner's token":
            return self.callers[role].authorization
        text, owner = PersonalToken.new_token(), self.callers["owner"].person.user
        PersonalToken.objects.create(
            user=owner,
            name="reads",
            scope="read",
            token_digest=PersonalToken.digest(text),
            password_digest=PersonalToken.digest(owner.password),
            expires_at=timezone.now() + timedelta(days=1),
        )
        return f"Token {text}"

    def body(self, operation: Operation, caller: Caller) -> str | None:
        """The document's example, with what is the caller's own."""
        User.objects.filter(username__in=["hp1", "Aditya"]).delete()  # whom examples register and log in
        User.objects.filter(email_key="hp1@example.com").update(email="", email_key="")
        MailedKey.objects.all().delete()  # the examples have one
        self.world.item("movie")  # the owner's, before the caller takes the owner's place
        self.world.people = {**self.people(), "alice": caller.person or Caller("other").person}
        content = self.world.body(operation)
        self.world.people = self.people()
        return None if content is None else json.dumps(content)

    def value(self, route: Route, name: str) -> str:
        """What stands for a parameter: something of the owner's."""
        if route.model:
            row = self.rows.get(route.model) or route.model.objects.first()
            assert row is not None, f"the test has no row of {route.model}"
            return str(row.pk)
        segment = route.path.partition(f"{{{name}}}")[0].rstrip("/").rpartition("/")[2]
        if segment in ITEM_OF:
            item, field = ITEM_OF[segment]
            return str(getattr(self.world.item(item), field))
        values = {
            "media": "none.jpg",
            "problems": "not_found",
            "admin": "movies" if name == "app_label" else "nothing",
            "r": ContentType.objects.get_for_model(Movie).pk,
            "email": self.rows[Email].pk,
            "image": "none",
        }
        assert segment in values, f"say what stands for {name} in {route.path}"
        return str(values[segment])


def read_matrix() -> dict[tuple[str, str], list[str]]:
    """(path, method) → the status of each role, in the order of ROLES."""
    lines = MATRIX.read_text().splitlines() if MATRIX.exists() else []
    rows = [re.split(r"  +", line) for line in lines if line and not line.startswith("#")]
    return {(path, method): statuses for path, method, *statuses in rows[1:]}


def write_matrix(found: dict[tuple[str, str], list[str]]) -> None:
    rows = [["path", "method", *ROLES], *([path, method, *statuses] for (path, method), statuses in found.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    MATRIX.write_text(
        "# How each role is answered, by route and method: reviewed, and walked by test_role_matrix.py.\n"
        + "\n".join(lines)
        + "\n"
    )
