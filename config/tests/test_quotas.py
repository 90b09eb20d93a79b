"""What one account may add in a day, and keep: in every dialect alike, exact, and never for staff."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from collections_app import services as collections
from collections_app.models import Collection
from metrics.models import ThrottleWindow
from metrics.quotas import take_of_day
from movies import services
from movies.models import Comment, Movie
from movies.tests.pictures import picture, upload
from rest.exceptions import QuotaReached, StorageFull

MOVIES = {
    "/api/v1/movies/": {"title": "Alien"},
    "/movies/": {"title": "Alien"},
    "/": {"title": "Alien"},
    "/api/auth/movies": {"title": "Alien", "director": "Ridley Scott"},
    "/api/movies/": {
        "title": "Alien", "description": "d", "release_date": "1979-05-25", "director": "Ridley Scott", "genre": "Horror"
    },
}  # fmt: skip
COLLECTIONS = ["/api/v1/collections/", "/collection/"]


def refused_as(reply, status, mount, *words):
    assert reply.status_code == status, reply.content
    assert all(word in reply.json()["detail"] for word in words)
    assert ("instance" in reply.json()) == mount.startswith("/api/v1/")
    return True


def collection(title="Mine", text="", **fields):
    return {
        "title": title,
        "description": "d",
        "movies": [{"title": "A", "description": text}] if text else [],
        **fields,
    }


# --- In a day ---


@pytest.fixture
def days(settings):
    settings.THROTTLING = True
    settings.QUOTA_MOVIES_A_DAY = settings.QUOTA_COMMENTS_A_DAY = 2


@pytest.mark.parametrize("mount", MOVIES)
def test_an_account_adds_so_many_movies_a_day(alice, bob, days, mount):
    assert [alice.post(mount, MOVIES[mount]).status_code for _ in range(2)] == [201, 201]
    assert refused_as(alice.post(mount, MOVIES[mount]), 409, mount, "2 movies a day", "hours")
    assert Movie.objects.count() == 2
    assert bob.post(mount, MOVIES[mount]).status_code == 201


@pytest.mark.parametrize("mount", ["/api/v1/movies/", "/movies/"])
def test_an_account_writes_so_many_comments_a_day(alice, bob, movie, days, mount):
    ThrottleWindow.objects.all().delete()
    address = f"{mount}{movie.pk}/comments/"
    assert [bob.post(address, {"text": "Fine."}).status_code for _ in range(2)] == [201, 201]
    assert refused_as(bob.post(address, {"text": "Fine."}), 409, mount, "2 comments a day")
    movie.stats.refresh_from_db()
    assert (Comment.objects.count(), movie.stats.comments_count) == (2, 2)
    assert alice.post(address, {"text": "Fine."}).status_code == 201


def test_what_was_refused_for_another_reason_does_not_count(alice, days):
    for _ in range(3):
        assert alice.post("/api/v1/movies/", {"title": ""}).status_code == 400
    assert alice.post("/api/v1/movies/", {"title": "Alien"}).status_code == 201


def test_staff_has_no_quotas_and_who_has_none_is_not_counted(sam, days):
    for _ in range(3):
        assert sam.post("/api/v1/movies/", {"title": "Alien"}).status_code == 201
    for _ in range(3):
        take_of_day(None, "movies", 1)
    assert not ThrottleWindow.objects.filter(key__contains="a day").exists()


@pytest.mark.parametrize("lifted", ["THROTTLING", "QUOTA_MOVIES_A_DAY"])
def test_the_quotas_of_a_day_can_be_lifted(alice, days, settings, lifted):
    setattr(settings, lifted, 0)
    for _ in range(3):
        assert alice.post("/api/v1/movies/", {"title": "Alien"}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_movies_added_at_once_no_more_than_the_quota_are_there(alice, days):
    def add(number):
        try:
            services.add_movie(by=alice.user, title=f"Movie {number}")
        except QuotaReached:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, range(8))) == 2
    assert Movie.objects.count() == 2


# --- Covers ---


@pytest.fixture
def one_cover(settings, tmp_path):
    """An account keeps as many bytes of covers as one has."""
    settings.MEDIA_ROOT = tmp_path / "media"
    from movies import covers

    settings.QUOTA_COVER_BYTES = covers.cleaned(upload()).size
    return settings.MEDIA_ROOT


@pytest.mark.parametrize("mount", ["/api/v1/movies/", "/movies/", "/api/movies/"])
def test_an_account_keeps_so_many_bytes_of_covers(alice, bob, sam, make_movie, one_cover, mount):
    first, second, of_bob = make_movie("One", by=alice), make_movie("Two", by=alice), make_movie("Three", by=bob)

    def send(who, movie):
        return who.patch(f"{mount}{movie.pk}/", {"cover_image": upload()}, format="multipart")

    assert send(alice, first).status_code == 200
    assert send(alice, first).status_code == 200  # in the place of the other one
    files = len(list(one_cover.rglob("*.jpg")))
    assert refused_as(send(alice, second), 413, mount, "MB of covers", "Delete some")
    assert len(list(one_cover.rglob("*.jpg"))) == files
    second.refresh_from_db()
    assert (second.cover_image.name, second.cover_bytes) == ("", 0)
    assert send(bob, of_bob).status_code == 200
    assert send(sam, second).status_code == 200


def test_a_new_movie_with_a_cover_beyond_the_quota_is_not_added(alice, one_cover, settings):
    settings.QUOTA_COVER_BYTES -= 1
    reply = alice.post("/api/v1/movies/", {"title": "Alien", "cover_image": upload()}, format="multipart")
    assert refused_as(reply, 413, "/api/v1/movies/", "covers")
    assert not Movie.objects.exists()
    assert not list(one_cover.rglob("*.jpg"))


def test_a_cover_that_is_taken_away_makes_room(alice, movie, make_movie, one_cover):
    other = make_movie("Other", by=alice)
    assert alice.patch(f"/movies/{movie.pk}/", {"cover_image": upload()}, format="multipart").status_code == 200
    assert alice.patch(f"/movies/{movie.pk}/", {"cover_image": None}).status_code == 200
    movie.refresh_from_db()
    assert movie.cover_bytes == 0
    assert alice.patch(f"/movies/{other.pk}/", {"cover_image": upload()}, format="multipart").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_covers_sent_at_once_no_more_are_kept_than_there_is_room_for(alice, make_movie, one_cover):
    from movies import covers

    movies = [make_movie(f"Movie {n}", by=alice) for n in range(4)]

    def change(movie):
        try:
            services.change_movie(movie=movie, by=alice.user, cover_image=covers.cleaned(upload(picture())))
        except StorageFull:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(change, movies)) == 1
    assert len(list(one_cover.rglob("*.jpg"))) == 1


def test_staff_adds_for_an_account_whatever_it_has(sam, alice, client, one_cover, settings, days):
    settings.QUOTA_COVER_BYTES = 1
    ThrottleWindow.objects.all().delete()
    client.force_login(sam.user)
    empty = {f"{name}_links-{kind}_FORMS": 0 for name in ("director", "genre") for kind in ("TOTAL", "INITIAL")}
    for _ in range(3):
        sent = {"title": "Alien", "user": alice.user.pk, "cover_image": upload(), **empty}
        assert client.post(reverse("admin:movies_movie_add"), sent).status_code == 302
    assert Movie.objects.filter(user=alice.user, cover_bytes__gt=1).count() == 3


# --- Collections ---


@pytest.mark.parametrize("mount", COLLECTIONS)
def test_an_account_has_so_many_collections(alice, bob, sam, settings, mount):
    settings.QUOTA_COLLECTIONS = 2
    assert [alice.post(mount, collection()).status_code for _ in range(2)] == [201, 201]
    assert refused_as(alice.post(mount, collection()), 409, mount, "at most 2 collections", "Delete one")
    assert bob.post(mount, collection()).status_code == 201
    assert [sam.post(mount, collection()).status_code for _ in range(3)] == [201] * 3
    alice.delete(f"{mount}{Collection.objects.filter(user=alice.user).first().uuid}/")
    assert alice.post(mount, collection()).status_code == 201


@pytest.mark.parametrize("mount", COLLECTIONS)
def test_an_account_keeps_so_much_text_in_its_collections(alice, bob, sam, settings, mount):
    settings.QUOTA_COLLECTION_BYTES = 3000
    assert alice.post(mount, collection(text="x" * 1900)).status_code == 201
    assert refused_as(alice.post(mount, collection(text="é" * 600)), 413, mount, "MB of text", "Delete some")
    assert Collection.objects.count() == 1
    assert bob.post(mount, collection(text="x" * 1900)).status_code == 201
    assert sam.post(mount, collection(text="x" * 9000)).status_code == 201


@pytest.mark.parametrize("mount", COLLECTIONS)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_beyond_the_quota_changes_nothing(alice, settings, mount, method):
    settings.QUOTA_COLLECTION_BYTES = 3000
    alice.post(mount, collection(text="x" * 1900))
    mine = Collection.objects.get()
    change = getattr(alice, method)
    too_much = collection(title="New", text="x" * 4000)
    assert refused_as(change(f"{mount}{mine.uuid}/", too_much), 413, mount, "text")
    mine.refresh_from_db()
    assert (mine.title, mine.entries.get().description) == ("Mine", "x" * 1900)
    assert change(f"{mount}{mine.uuid}/", collection(text="x" * 2500)).status_code == 200
    assert change(f"{mount}{mine.uuid}/", {"movies": []}).status_code == 200
    mine.refresh_from_db()
    assert mine.text_bytes == len("Mine") + len("d")


@pytest.mark.django_db(transaction=True)
def test_of_collections_made_at_once_no_more_than_the_quota_are_there(alice, settings):
    settings.QUOTA_COLLECTIONS, settings.QUOTA_COLLECTION_BYTES = 3, 500
    texts = [{"title": "A", "description": "x" * 150}]

    def make(number):
        try:
            collections.create_collection(user=alice.user, title="T", description="d", movies=texts)
        except (QuotaReached, StorageFull):
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(make, range(8))) == 2


@pytest.mark.parametrize("quota", ["QUOTA_COLLECTIONS", "QUOTA_COLLECTION_BYTES"])
def test_the_quotas_of_collections_can_be_lifted(alice, settings, quota):
    setattr(settings, quota, 1)
    alice.post("/collection/", collection(text="x"))
    assert alice.post("/collection/", collection(text="x")).status_code in (409, 413)
    setattr(settings, quota, 0)
    assert alice.post("/collection/", collection(text="x")).status_code == 201


def test_what_staff_writes_into_a_collection_is_measured(sam, alice, client):
    alice.post("/collection/", collection(text="x"))
    mine = Collection.objects.get()
    client.force_login(sam.user)
    entry = mine.entries.get()
    sent = {
        "user": alice.user.pk, "title": "Mine", "description": "d" * 10, "entries-TOTAL_FORMS": 1,
        "entries-INITIAL_FORMS": 1, "entries-0-id": entry.pk, "entries-0-collection": mine.pk, "entries-0-position": 0,
        "entries-0-uuid": entry.uuid, "entries-0-title": "Another", "entries-0-genres": "",
    }  # fmt: skip
    assert client.post(reverse("admin:collections_app_collection_change", args=[mine.pk]), sent).status_code == 302
    mine.refresh_from_db()
    assert mine.text_bytes == len("Mine") + 10 + 36 + len("Another") + len("x")
