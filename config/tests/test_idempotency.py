"""`Idempotency-Key` on everything that changes something: what is sent twice is done once."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import PASSWORD
from metrics import idempotency
from metrics.idempotency import REPLAYED
from metrics.models import KeptAnswer
from metrics.querysets import MAX_KEPT
from movies import services
from movies.models import Comment, Favorite, Movie
from movies.tests.pictures import upload
from movies.tests.test_concurrency import another_client, at_once, statuses
from rest import chores
from rest.tests.helpers import is_problem, whole_database

MOVIES = "/api/v1/movies/"
BODY = {"title": "Alien", "director": "Ridley Scott"}


def key(text="1b9d"):
    return {"HTTP_IDEMPOTENCY_KEY": text}


def alike(one, other):
    """Whether the second is the first once more, and says so. Each has the name of its own request."""
    assert REPLAYED not in one
    assert other[REPLAYED] == "true"
    assert one["X-Request-ID"] != other["X-Request-ID"]
    headers, again = ({**answer.headers} for answer in (one, other))
    again.pop(REPLAYED)
    for own in (headers, again):
        own.pop("X-Request-ID")
    return (one.status_code, one.content, headers) == (other.status_code, other.content, again)


@pytest.mark.parametrize("address", [MOVIES, "/movies/", "/", "/api/auth/movies"])
def test_a_movie_that_is_sent_twice_is_added_once(alice, address):
    assert alike(*(alice.post(address, BODY, **key()) for _ in range(2)))
    assert Movie.objects.count() == 1


def test_a_toggle_that_is_sent_twice_toggles_once(alice, movie):
    assert alike(*(alice.post(f"{MOVIES}{movie.pk}/favorite/", **key()) for _ in range(2)))
    assert Favorite.objects.count() == 1


def test_a_change_and_a_deletion_are_answered_alike_when_they_are_sent_again(alice, movie):
    address = f"{MOVIES}{movie.pk}/"
    assert alike(*(alice.patch(address, {"title": "Aliens"}, **key("change")) for _ in range(2)))
    assert alike(*(alice.delete(address, **key("delete")) for _ in range(2)))
    assert alice.delete(address).status_code == 404


def test_a_retry_finds_its_answer_although_the_tag_is_another_one_by_now(alice, movie):
    address = f"{MOVIES}{movie.pk}/"
    tag = alice.get(address)["ETag"]
    assert alike(*(alice.patch(address, {"title": "Aliens"}, HTTP_IF_MATCH=tag, **key()) for _ in range(2)))


def test_the_key_is_the_users_by_whichever_credential(alice):
    first = alice.post(MOVIES, BODY, **key())
    assert alike(first, alice.use("Bearer").post(MOVIES, BODY, **key()))


def test_the_key_of_somebody_else_is_another_one(alice, bob):
    assert alice.post(MOVIES, BODY, **key()).json()["id"] != bob.post(MOVIES, BODY, **key()).json()["id"]


def test_a_form_with_a_picture_is_the_same_whatever_stands_between_its_parts(alice):
    def form(boundary, title="Alien"):
        picture = upload().read()
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\n{title}\r\n--{boundary}\r\n'
        file = 'Content-Disposition: form-data; name="cover_image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        body = part.encode() + file.encode() + picture + f"\r\n--{boundary}--\r\n".encode()
        return alice.client.generic("POST", MOVIES, body, f"multipart/form-data; boundary={boundary}", **key())

    first = form("one")
    assert first.status_code == 201, first.content
    assert first.json()["cover_image"]
    assert alike(first, form("another"))
    assert form("another", title="Aliens").status_code == 422


@pytest.mark.parametrize(
    ("address", "body"), [(MOVIES, {"title": "Aliens"}), ("/movies/", BODY), (f"{MOVIES}?x=1", BODY)]
)
def test_the_key_of_another_request_is_refused(alice, address, body):
    alice.post(MOVIES, BODY, **key())
    before = whole_database()
    refused = alice.post(address, body, **key())
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "This Idempotency-Key was sent with another request.",
    )
    assert is_problem(refused) == address.startswith("/api/v1/")
    assert whole_database() == before


@pytest.mark.parametrize("text", ["", " ", "k" * 256, "with blank", "é"])
def test_what_is_no_key_is_refused(alice, text):
    refused = alice.post(MOVIES, BODY, **key(text))
    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.json()["detail"]
    assert not Movie.objects.exists()


def test_after_an_error_the_key_is_free_again(alice):
    assert alice.post(MOVIES, {}, **key()).status_code == 400
    assert not KeptAnswer.objects.exists()
    assert alice.post(MOVIES, BODY, **key()).status_code == 201


def test_a_failure_leaves_nothing_behind_and_the_key_free(alice, monkeypatch):
    before = whole_database()
    alice.client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("movies.views.MovieViewSet.whole", lambda *arguments: 1 / 0)  # when the movie has been added
        assert alice.post(MOVIES, BODY, **key()).status_code == 500
    assert whole_database() == before
    assert alice.post(MOVIES, BODY, **key()).status_code == 201


def test_a_refused_credential_is_refused_each_time(alice, movie):
    alice.client.credentials(HTTP_AUTHORIZATION="Token nobody")
    assert [alice.post(MOVIES, BODY, **key()).status_code for _ in range(2)] == [401, 401]
    assert APIClient().post(MOVIES, BODY, **key()).status_code == 401
    assert not KeptAnswer.objects.exists()


def test_answers_with_secrets_are_not_kept(alice, anonymous):
    login = {"username": "alice", "password": PASSWORD}
    first, second = (anonymous.post("/api/v1/auth/login/", login, **key()).json() for _ in range(2))
    assert first["token"] != second["token"]
    assert not KeptAnswer.objects.exists()


def test_neither_key_nor_request_is_kept(alice, movie):
    alice.post(f"{MOVIES}{movie.pk}/favorite/", {"note": "nobody's business"}, **key("my-secret-key"))
    kept = " ".join(whole_database()["metrics_keptanswer"])
    assert kept
    assert "my-secret-key" not in kept
    assert "business" not in kept


def test_a_key_is_good_for_a_day(alice):
    alice.post(MOVIES, BODY, **key())
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=23))
    assert alice.post(MOVIES, BODY, **key())[REPLAYED]
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert REPLAYED not in alice.post(MOVIES, BODY, **key())
    assert Movie.objects.count() == 2


def test_what_is_kept_for_longer_is_cleaned_away(alice, bob, monkeypatch):
    alice.post(MOVIES, BODY, **key())
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    monkeypatch.setattr("metrics.idempotency.cleaning.due", 0.0)
    bob.post(MOVIES, BODY, **key())
    assert list(KeptAnswer.objects.values_list("caller", flat=True)) == [f"user:{bob.user.pk}"]


def test_one_caller_keeps_no_more_than_the_latest(alice, bob, movie):
    bob.post(MOVIES, BODY, **key())
    KeptAnswer.objects.bulk_create(
        KeptAnswer(key_digest=f"{n}", request_digest="", caller=f"user:{alice.user.pk}", user=alice.user)
        for n in range(MAX_KEPT)
    )
    alice.post(MOVIES, BODY, **key())
    assert KeptAnswer.objects.filter(user=alice.user).count() == MAX_KEPT
    assert not KeptAnswer.objects.filter(key_digest="0").exists()
    assert KeptAnswer.objects.filter(user=bob.user).exists()


def test_what_is_kept_goes_with_the_account(alice):
    alice.post(MOVIES, BODY, **key())
    assert alice.delete("/api/v1/users/me/", **key("leave")).status_code == 204
    assert not KeptAnswer.objects.exists()


def test_reading_and_the_admin_pay_no_attention_to_a_key(alice, sam, client, movie):
    assert REPLAYED not in [alice.get(MOVIES, **key()) for _ in range(2)][1]
    client.force_login(sam.user)
    for _ in range(2):
        assert client.post("/admin/movies/genre/add/", {"name": "Horror"}, **key()).status_code in (200, 302)
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "model"), [(MOVIES, Movie), ("{}comments/", Comment)])
def test_of_many_at_once_one_is_done_and_all_are_answered_alike(alice, path, model):
    movie = services.add_movie(by=alice.user, title="Brazil")
    address, before = path.format(f"{MOVIES}{movie.pk}/"), model.objects.count()
    clients = [another_client(alice) for _ in range(6)]
    answers = at_once(
        *(lambda client=client: client.post(address, {**BODY, "text": "Hm."}, **key()) for client in clients)
    )
    assert statuses(answers) == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert sum(REPLAYED in answer for answer in answers) == 5
    assert model.objects.count() == before + 1


# --- Who waits, and for how long ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="On SQLite whoever writes waits for every other writer.")
@pytest.mark.parametrize("places", [0, 1])
def test_who_comes_while_the_first_is_answered_waits_a_little_and_is_told_to_come_again(alice, monkeypatch, places):
    """With no place to wait at once. The first is answered all the same, and is found by whoever comes again."""
    monkeypatch.setattr("metrics.idempotency.WAIT_SECONDS", 0.3)
    monkeypatch.setattr("metrics.idempotency.WAITING", threading.BoundedSemaphore(max(1, places)))
    if not places:
        idempotency.WAITING.acquire()
    is_begun, may_go_on, add = threading.Event(), threading.Event(), services.add_movie

    def slowly(**fields):
        is_begun.set()
        assert may_go_on.wait(30)
        return add(**fields)

    monkeypatch.setattr("movies.services.add_movie", slowly)
    clients = [another_client(alice) for _ in range(2)]

    def first():
        return clients[0].post(MOVIES, BODY, **key())

    def second():
        assert is_begun.wait(30)
        begun = time.monotonic()
        try:
            return clients[1].post(MOVIES, BODY, **key()), time.monotonic() - begun
        finally:
            may_go_on.set()

    done, (refused, waited) = at_once(first, second)
    assert done.status_code == 201
    assert is_problem(refused)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_in_use")
    assert int(refused["Retry-After"]) > 0
    assert (waited >= 0.3) == bool(places)
    assert alike(done, clients[1].post(MOVIES, BODY, **key()))
    assert Movie.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no lock of the whole database.")
def test_where_sqlite_is_locked_for_too_long_the_client_is_told_to_come_again(alice):
    is_locked, may_end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            is_locked.set()
            assert may_end.wait(60)

    def ask():
        assert is_locked.wait(30)
        try:
            connection.ensure_connection()
            connection.connection.execute("PRAGMA busy_timeout = 200")
            other = another_client(alice)
            other.raise_request_exception = False
            return other.post(MOVIES, BODY, **key())
        finally:
            may_end.set()

    _, refused = at_once(hold, ask)
    assert (refused.status_code, refused.json()["code"]) == (503, "database_busy")
    assert int(refused["Retry-After"]) > 0
    assert alice.post(MOVIES, BODY, **key()).status_code == 201


# --- Nothing is left of what is taken back, and nothing beyond bounds is kept ---


def test_a_redirect_is_not_kept_so_that_the_key_goes_along_to_the_other_address(alice):
    moved = alice.post("/api/v1/movies", BODY, **key())
    assert moved.status_code == 308
    assert alice.post(moved["Location"], BODY, **key()).status_code == 201


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [key(), {"HTTP_IF_MATCH": "*"}, {"HTTP_IF_MATCH": "*", **key()}])
def test_the_file_of_a_cover_goes_with_the_transaction_that_is_taken_back(
    alice, monkeypatch, settings, tmp_path, headers
):
    settings.MEDIA_ROOT = tmp_path
    movie = services.add_movie(by=alice.user, title="Brazil")
    alice.client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("movies.views.MovieViewSet.whole", lambda *arguments: 1 / 0)  # when the cover has been stored
        address = f"{MOVIES}{movie.pk}/"
        failed = alice.patch(address, {"cover_image": upload()}, format="multipart", **headers)
    assert failed.status_code == 500
    stored = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    movie.refresh_from_db()
    assert stored == ({movie.cover_image.name.rpartition("/")[2]} if movie.cover_image else set())
    assert alice.patch(address, {"cover_image": upload()}, format="multipart", **headers).status_code == 200
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_the_bodies_that_one_caller_keeps_are_bounded(alice, monkeypatch):
    monkeypatch.setattr("metrics.querysets.MAX_KEPT_BYTES", 10_000)
    for number in range(8):
        body = {"title": f"Film {number}", "description": "x" * 2000}
        assert alice.post(MOVIES, body, **key(f"k{number}")).status_code == 201
    kept = KeptAnswer.objects.filter(user=alice.user)
    assert 0 < sum(len(one.body) for one in kept) <= 10_000
    assert REPLAYED in alice.post(MOVIES, {"title": "Film 7", "description": "x" * 2000}, **key("k7"))


def test_what_callers_without_an_account_keep_is_bounded_over_all_networks(anonymous, alice, monkeypatch):
    monkeypatch.setattr("metrics.querysets.MAX_KEPT_OF_NOBODY", 5)
    alice.post(MOVIES, BODY, **key())
    for number in range(9):
        address = f"2001:db8:{number}::1"
        done = anonymous.post("/request-count/reset/", REMOTE_ADDR=address, **key())
        assert (done.status_code, REPLAYED in done) == (200, False)
    assert KeptAnswer.objects.filter(user=None).count() == 5
    assert KeptAnswer.objects.filter(user=alice.user).exists()


def test_a_key_without_an_account_is_that_of_the_network(anonymous, db):
    def reset(address):
        return anonymous.post("/api/v1/request-count/reset/", REMOTE_ADDR=address, **key())

    first = reset("2001:db8::1")
    assert alike(first, reset("2001:db8::2"))
    assert REPLAYED not in reset("2001:db8:0:1::1")
    assert REPLAYED not in reset("192.0.2.1")
    assert alike(first, reset("2001:db8::3"))


def test_the_worker_cleans_where_nobody_sends_a_key(alice):
    alice.post(MOVIES, BODY, **key())
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    chores.CHORES["kept answers"].run()
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("post", "/api/v1/collections/", {"title": "A", "description": "B"}),
        ("post", "/collection/", {"title": "A", "description": "B"}),
        ("post", "/api/v1/movies/{id}/comments/", {"text": "Hm."}),
        ("post", "/movies/{id}/comments/", {"text": "Hm."}),
        ("post", "/api/v1/movies/{id}/like/", {}),
        ("post", "/api/movies/{id}/favorite/", {}),
        ("put", "/api/v1/movies/{id}/rating/", {"rating": 3}),
        ("post", "/api/v1/ratings/", {"movie": "{id}", "rating": 3}),
        ("post", "/api/auth/rating", {"movie": "{id}", "rating": 3}),
        ("delete", "/movies/{id}/favorite/", None),
        ("post", "/request-count/reset/", None),
    ],
)
def test_each_dialect_does_once_what_is_sent_twice(bob, movie, method, address, body):
    body = body and {name: movie.pk if value == "{id}" else value for name, value in body.items()}
    send = getattr(bob, method)
    assert alike(*(send(address.format(id=movie.pk), body, **key()) for _ in range(2)))
