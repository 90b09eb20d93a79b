"""An account that is deleted leaves no personal datum in any table: the whole database is looked through."""

import base64
import json

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection
from post_office.models import STATUS, Email, Log
from rest_framework.test import APIClient

from accounts.models import RecoveryCode, Session, User
from collections_app.models import Collection
from config.tests.admin import Office
from metrics.models import Backup
from movies.models import Comment, Movie

pytestmark = pytest.mark.django_db

NAME, EMAIL, FORMER = "quokka", "quokka.mailbox@leaver.example", "numbat@leaver.example"
ADDRESS, AGENT, WORDS, PASSWORD = "198.51.100.77", "Wombat/7.0", "bandicoot", "correct-horse-battery"
PERSONAL = [NAME, "leaver.example", FORMER, ADDRESS, AGENT, WORDS]

# Tables that hold nothing about whoever uses the API. A new model is filled below, or stands here with its reason.
OF_NOBODY = {
    "Permission", "ContentType", "Group", "Group_permissions",  # the program's own
    "Director", "Genre", "GenreAlias", "GenreRevision", "MovieDirector", "MovieGenre", "MovieStats", "Tally",
    "SearchPosting", "SearchRevision", "SearchSpelling", "SearchWord",  # the catalogue's
    "CounterSource", "Heartbeat", "Installation",  # the hosts'
    "EmailTemplate", "Attachment", "Attachment_emails",  # no mail of ours has any
    "BlockedAddress",  # what moderators have written down, to be kept whoever leaves
}  # fmt: skip

# What stays, because it belongs to no account. A network's limits end by themselves, within a day.
KEPT = {"metrics_throttlewindow": ":address:"}


@pytest.fixture
def leaver(settings):
    """A client of somebody new, who comes from ADDRESS with the browser AGENT."""
    settings.THROTTLING = True
    client = APIClient(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT)
    body = {"username": NAME, "email": FORMER, "password": PASSWORD}
    registered = client.post("/api/v1/auth/register/", body)
    assert registered.status_code == 201
    for _ in range(5):
        client.post("/api/v1/auth/login/", {"username": NAME, "password": "wrong"})
    client.credentials(HTTP_AUTHORIZATION=f"Token {registered.json()['token']}")
    return client


def done(response):
    assert response.status_code < 400, response.content
    return response.json() if response.content else None


@pytest.fixture
def user(leaver, sam, bob, make_movie):
    """Somebody who has used everything, and was of the staff for a while."""
    user = User.objects.get(username=NAME)
    theirs = make_movie("Alien", by=bob)
    fill_by_api(leaver, user, theirs, bob)
    fill_by_staff(user, theirs, sam)
    user.first_name = user.last_name = WORDS
    user.save()
    return user


def fill_by_api(leaver, user, theirs, bob):
    movie = done(leaver.post("/api/v1/movies/", {"title": "Xanadu"}, headers={"Idempotency-Key": "k1"}))
    done(leaver.patch("/api/v1/users/me/", {"email": EMAIL, "current_password": PASSWORD}))
    done(leaver.post("/api/v1/movies/", {"title": "Xanadu"}, headers={"Idempotency-Key": "k2"}))
    below = f"/api/v1/movies/{theirs.pk}/"
    for mark in ("like", "favorite"):
        done(leaver.post(f"{below}{mark}/"))
    done(leaver.put(f"{below}rating/", {"rating": 4}))
    mine = done(leaver.post(f"{below}comments/", {"text": WORDS}))
    comment = done(bob.post(f"{below}comments/", {"text": "Hm."}))
    done(leaver.post(f"/api/v1/comments/{comment['id']}/report/", {"reason": WORDS}))
    done(bob.post(f"/api/v1/comments/{mine['id']}/report/", {"reason": "Rude."}))
    listed = {"title": WORDS, "description": WORDS, "movies": [{"title": WORDS}, {"uuid": str(theirs.uuid)}]}
    for _ in range(2):
        done(leaver.post("/api/v1/collections/", listed))
    done(leaver.post("/request-count/reset/"))
    done(
        leaver.post(
            "/api/v1/users/me/tokens/",
            {"name": WORDS, "scopes": ["read"], "current_password": PASSWORD, "expires_in_days": 7},
        )
    )
    done(leaver.post("/api/v1/users/me/second-factor/", {"current_password": PASSWORD}))
    RecoveryCode.objects.create(user=user, digest="x")
    done(leaver.post("/api/v1/auth/password-reset/", {"email": EMAIL}))
    for email in Email.objects.all():
        Log.objects.create(email=email, status=STATUS.failed, message=f"550 {email.to[0]} unknown")
    assert Movie.objects.get(pk=movie["id"]).user == user


def fill_by_staff(user, theirs, sam):
    office = Office(sam.user)
    for movie in Movie.objects.filter(user=user):
        done(sam.patch(f"/api/v1/movies/{movie.pk}/", {"duration": 96}, headers={"Idempotency-Key": f"k{movie.pk}"}))
    office.change(user, is_staff="on", groups=[Group.objects.get(name="moderator").pk])
    user.refresh_from_db()
    user.user_permissions.set(Permission.objects.filter(codename="view_user"))
    browser = Office(user)
    browser.client.defaults["REMOTE_ADDR"] = ADDRESS
    comment = Comment.objects.create(movie=theirs, user=sam.user, text="Ho.")
    browser.delete(comment)
    assert Backup.objects.ask(by=user)
    office.delete(Collection.objects.filter(user=user).first())
    office.change(Collection.objects.get(user=user), description="Changed.")
    office.delete(
        Session.objects.create(user=user, token_digest="x", password_digest="x", expires_at="2030-01-01T00:00Z")
    )
    office.delete(Email.objects.first())


def as_text(value):
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, default=str)


def found():
    """Table → those of its values, in any column, that hold a personal datum."""
    hits = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for text in map(as_text, row):
                    if any(datum.lower() in readable(text).lower() for datum in PERSONAL) and not (
                        table in KEPT and KEPT[table] in text
                    ):
                        hits.setdefault(table, []).append(text)
    return hits


def readable(text):
    """The text, and where it is a header of a signed session, what that says."""
    head = text.partition(":")[0]
    try:
        return text + base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).decode()
    except ValueError:
        return text


def test_every_table_is_filled_or_said_to_be_nobodys(user):
    models = {model.__name__: model for model in apps.get_models(include_auto_created=True)}
    assert not {name for name in OF_NOBODY if name not in models}
    empty = {name for name, model in models.items() if name not in OF_NOBODY and not model.objects.exists()}
    assert not empty, f"fill {empty} above, or say in OF_NOBODY why nothing of a user can be there"


def test_an_account_that_is_deleted_leaves_nothing(user, leaver):
    tables = {"accounts_user", "accounts_session", "movies_comment", "collections_app_collection", "metrics_countperiod",
              "metrics_keptanswer", "post_office_email", "post_office_log", "movies_commentreport"}  # fmt: skip
    assert tables <= set(found())
    sessions = [row.get_decoded().get("_auth_user_id") for row in BrowserSession.objects.all()]
    assert str(user.pk) in sessions
    done(leaver.delete("/api/v1/users/me/", {"current_password": PASSWORD}))
    assert found() == {}
    sessions = [row.get_decoded().get("_auth_user_id") for row in BrowserSession.objects.all()]
    assert str(user.pk) not in sessions
    assert sessions
    assert {movie.user for movie in Movie.objects.filter(title="Xanadu")} == {None}


@pytest.mark.parametrize("way", ["page", "list"])
def test_an_account_that_staff_deletes_leaves_nothing(user, sam, way):
    office = Office(sam.user)
    user.is_staff = False
    user.save()
    if way == "page":
        office.delete(user)
    else:
        office.act(User, "delete_selected", [user], post="yes")
    assert not User.objects.filter(pk=user.pk).exists()
    assert found() == {}
