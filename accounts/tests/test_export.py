"""GET /api/v1/users/me/export/"""

import csv
import io
import json
import zipfile
from datetime import datetime

import pytest
from django.apps import apps
from rest_framework.settings import api_settings

from accounts import export
from accounts.models import AccountMail, Session, User
from accounts.outbox import queue
from collections_app.models import Collection
from collections_app.services import create_collection
from metrics import services as counter
from movies import moderation, services
from movies.models import Comment, Favorite, Like, Movie, Rating
from rest.chunks import id_batches

pytestmark = pytest.mark.django_db
URL = "/api/v1/users/me/export/"
SECTIONS = {
    "admin_log", "collection_movies", "collections", "comments", "counter_resets", "favourites", "likes", "logins", "mails",
    "movies", "personal_tokens", "profile", "ratings", "reports", "second_factor",
}  # fmt: skip


def unpacked(response):
    """File name → content."""
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def as_json(files, section):
    return json.loads(files[f"{section}.json"])


def as_table(files, section):
    return list(csv.DictReader(io.StringIO(files[f"{section}.csv"].decode("utf-8-sig"))))


@pytest.fixture
def full(alice, bob, movie, make_movie):
    """Alice with something in every section."""
    other = make_movie("Solaris", by=bob)
    for mark in (Like, Favorite):
        services.set_mark(mark, movie_id=other.pk, user=alice.user, wanted=True)
    services.rate(movie_id=other.pk, user=alice.user, half_stars=7)
    services.comment(movie=other, user=alice.user, text="Slow, and right.")
    theirs = services.comment(movie=other, user=bob.user, text="Slow.")
    moderation.report_comment(comment=theirs, user=alice.user, reason="Too short.")
    create_collection(
        user=alice.user, title="Seen", description="Hm.", movies=[{"uuid": other.uuid}, {"title": "Stalker"}]
    )
    counter.reset(by=alice.user, address="203.0.113.7")
    return alice


def test_everything_is_in_one_file(full, movie, scheme):
    response = full.use(scheme).get(URL)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="marquee-account.zip"'
    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response
    files = unpacked(response)
    assert set(files) == {"README.txt", *(f"{section}.{kind}" for section in SECTIONS for kind in ("json", "csv"))}
    rows = {section: as_json(files, section) for section in SECTIONS}
    assert {name: len(found) for name, found in rows.items()} == {
        **dict.fromkeys(SECTIONS, 1), "admin_log": 0, "personal_tokens": 0, "second_factor": 0, "collection_movies": 2,
    }  # fmt: skip
    assert rows["profile"][0]["email"] == "alice@example.com"
    assert datetime.fromisoformat(rows["profile"][0]["date_joined"]) == full.user.date_joined
    assert (rows["movies"][0]["title"], rows["movies"][0]["director"]) == ("Alien", "Ridley Scott")
    assert (rows["ratings"][0]["movie"], rows["ratings"][0]["rating"]) == ("Solaris", 3.5)
    assert [row["title"] for row in rows["collection_movies"]] == ["Solaris", "Stalker"]
    assert rows["reports"][0]["reason"] == "Too short."
    assert rows["counter_resets"][0]["from_address"] == "203.0.113.7"
    assert b"comments: your comments" in files["README.txt"]


def test_both_forms_say_the_same(full):
    files = unpacked(full.get(URL))
    for section in SECTIONS:
        rows = as_json(files, section)
        assert [list(row) for row in as_table(files, section)] == [list(row) for row in rows]
    [comment] = as_table(files, "comments")
    assert (comment["movie"], comment["text"], comment["is_hidden"]) == ("Solaris", "Slow, and right.", "false")
    assert as_table(files, "ratings")[0]["rating"] == "3.5"


def test_nothing_of_others_and_no_secret_is_in_it(full, bob):
    content = b"".join(unpacked(full.get(URL)).values())
    for secret in (b"bob", full.user.password.encode(), full.credentials.token.encode()):
        assert secret not in content
    for login in Session.objects.all():
        assert login.token_digest.encode() not in content
        assert login.password_digest.encode() not in content


def test_a_mail_to_a_former_address_is_in_it_without_its_text(alice):
    queue.put(user=alice.user, about="a test", subject="Hello", message="https://secret.example/link", context={})
    assert alice.patch("/api/v1/users/me/", {"email": "new@example.com"}).status_code == 200
    files = unpacked(alice.get(URL))
    assert "Hello" in [row["subject"] for row in as_json(files, "mails")]
    assert b"secret.example" not in b"".join(files.values())


def test_hidden_comments_are_in_it(full, sam):
    moderation.hide_comments(by=sam.user, users=[full.user], hidden=True)
    [comment] = as_json(unpacked(full.get(URL)), "comments")
    assert (comment["text"], comment["is_hidden"]) == ("Slow, and right.", True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠A1"])
def test_no_text_is_a_formula_in_a_spreadsheet(alice, movie, text):
    services.comment(movie=movie, user=alice.user, text=text)
    files = unpacked(alice.get(URL))
    assert as_table(files, "comments")[0]["text"] == f"'{text}"
    assert as_json(files, "comments")[0]["text"] == text


@pytest.mark.parametrize("text", ['a, "b"\nc', "é ﷺ 👩‍👩‍👧", "plain", "1=1"])
def test_other_texts_are_as_they_were(alice, movie, text):
    services.comment(movie=movie, user=alice.user, text=text)
    files = unpacked(alice.get(URL))
    assert files["comments.csv"].startswith(b"\xef\xbb\xbf")
    assert as_table(files, "comments")[0]["text"] == text


def test_anonymous_gets_401(anonymous):
    assert anonymous.get(URL).status_code == 401


def test_it_is_limited_for_each_user(alice, bob, settings, monkeypatch):
    settings.THROTTLING = True
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "export": "1/hour"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates, raising=False)
    assert [alice.get(URL).status_code for _ in range(2)] == [200, 429]
    assert bob.get(URL).status_code == 200


def test_a_large_account_is_read_in_batches_and_kept_on_the_disk(alice, bob, monkeypatch):
    """10,000 comments: no query gives more rows than a batch, and what is written waits in a file."""
    number, text = 10_000, "x" * 400
    movies = Movie.objects.bulk_create(Movie(title=f"Movie {i}", title_key=f"movie {i}") for i in range(100))
    Comment.objects.bulk_create(
        (Comment(user=alice.user, movie=movies[i % 100], text=f"{i} {text}") for i in range(number)), batch_size=1000
    )
    most = []

    def watched(rows, size):
        for ids in id_batches(rows, size):
            most.append(len(ids))
            yield ids

    monkeypatch.setattr(export, "id_batches", watched)
    file = export.archive(alice.user)
    assert max(most) == export.READ_AT_ONCE
    with zipfile.ZipFile(file) as archive:
        rows = json.loads(archive.read("comments.json"))
        assert [row["text"] for row in rows] == [f"{i} {text}" for i in range(number)]
        assert archive.read("comments.csv").count(text.encode()) == number


def test_every_table_with_something_of_a_user_is_in_it():
    """A new one says here in which section it is, or why it is in none."""
    sections = {
        User: "profile", Session: "logins", AccountMail: "mails", Movie: "movies", Rating: "ratings", Like: "likes",
        Favorite: "favourites", Comment: "comments", Collection: "collections",
    }  # fmt: skip
    by_name = {"PersonalToken": "personal_tokens", "CommentReport": "reports", "CountPeriod": "counter_resets",
               "LogEntry": "admin_log", "SecondFactor": "second_factor"}  # fmt: skip
    # who asked for a backup, which a line of the admin's log says; answers to be repeated for a day; digests of secrets; roles
    without = {"Backup", "KeptAnswer", "MailedKey", "RecoveryCode", "User_groups", "User_user_permissions"}
    known = {model.__name__ for model in sections} | set(by_name) | without
    owned = {
        model.__name__
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is User
    }
    assert owned <= known, owned - known
    assert {*sections.values(), *by_name.values()} | {"collection_movies"} == SECTIONS
