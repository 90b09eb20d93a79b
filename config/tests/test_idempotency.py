"""`Idempotency-Key` on everything that changes something: what is sent twice is done once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import PASSWORD
from metrics.idempotency import REPLAYED
from metrics.models import KeptAnswer
from metrics.querysets import MAX_KEPT
from movies import services
from movies.models import Comment, Favorite, Movie
from movies.tests.pictures import upload
from movies.tests.test_concurrency import another_client, at_once, statuses
from rest.tests.helpers import is_problem, whole_database

MOVIES = "/api/v1/movies/"
BODY = {"title": "Alien", "director": "Ridley Scott"}


def key(text="1b9d"):
    return {"HTTP_IDEMPOTENCY_KEY": text}


def alike(one, other):
    """Whether the second is the first once more, and says so."""
    replayed = {name: value for name, value in other.items() if name != REPLAYED}
    assert REPLAYED not in one
    assert other[REPLAYED] == "true"
    return (one.status_code, one.content, dict(one.items())) == (other.status_code, other.content, replayed)


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
    monkeypatch.setattr("metrics.idempotency.IdempotencyMiddleware.next_cleaning", 0.0)
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
