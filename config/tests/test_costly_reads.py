"""What may be slow to read has a time limit, a share of the threads and a price; what is cheap has none of them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from metrics.models import ThrottleWindow
from movies import services
from movies.catalogue import querysets
from movies.models import Movie
from rest import reads
from rest.database.time_limit import TimeIsUp, time_limit
from rest.exceptions import Busy

LISTS = ["/api/v1/movies/", "/movies/", "/api/movies/", "/", "/api/auth/movies"]
FOREVER = (
    "SELECT COUNT(*) FROM generate_series(1, 1000000000)"
    if connection.vendor == "postgresql"
    else "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(i) FROM n"
)


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.fixture
def slow(monkeypatch):
    """Every list of movies by filters takes forever. The fixture is the list of what was asked."""
    asked = []

    def forever(listing, start, size):
        asked.append(start)
        return ask(FOREVER)

    monkeypatch.setattr(querysets.QuerySetListing, "slice", forever)
    return asked


@pytest.fixture
def counted(settings):
    """Slow reads have a price: a second of them a minute."""
    settings.THROTTLING, settings.THROTTLE_READ_SECONDS = True, 1
    reads_of_tests_before()
    yield
    reads_of_tests_before()


def reads_of_tests_before():
    from metrics import reads as costs

    costs.believed.clear()
    costs.owed.clear()


# --- The time limit ---


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_given_up_and_the_connection_goes_on():
    with pytest.raises(TimeIsUp), time_limit(0.05):
        ask(FOREVER)
    assert ask("SELECT 1") == [(1,)]
    assert Movie.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_of_the_whole_block_and_ends_with_it():
    def little_by_little():
        with time_limit(0.05):
            while True:
                Movie.objects.exists()
                ask("SELECT 1")

    if connection.vendor == "postgresql":  # elsewhere so little takes no time that anybody could measure
        with pytest.raises(TimeIsUp):
            little_by_little()
    with time_limit(0.05):
        threading.Event().wait(0.1)
    if connection.vendor == "postgresql":
        assert ask("SHOW statement_timeout") == [("0",)]
    else:
        assert len(ask("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 300000"))


@pytest.mark.django_db(transaction=True)
def test_another_error_of_the_database_stays_what_it_is():
    with (
        pytest.raises(OperationalError if connection.vendor == "sqlite" else Exception, match="nowhere"),
        time_limit(5),
    ):
        ask("SELECT * FROM nowhere")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mount", LISTS)
def test_a_list_that_takes_too_long_is_503_and_names_what_to_leave_out(anonymous, slow, settings, mount):
    settings.READ_SECONDS = 0.3
    reply = anonymous.get(mount, {"genre_not": "Drama", "ordering": "duration,title"})
    assert reply.status_code == 503
    assert int(reply["Retry-After"]) > 0
    assert reply.json()["detail"] == (
        "This took longer than 0.3 seconds to read, and was given up. Ask for less: leave out `genre_not` or `ordering`."
    )
    assert ("instance" in reply.json()) == (mount == LISTS[0])
    assert len(slow) == 1, "The full stack read anew what the fast path had given up."
    assert anonymous.get(mount).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_list_of_rows_has_the_limit_too(anonymous, settings, monkeypatch):
    settings.READ_SECONDS = 0.05
    monkeypatch.setattr("rest.listings.RowListing.slice", lambda *arguments: ask(FOREVER))
    for path in ("/api/v1/users/", "/api/v1/ratings/", "/api/v1/genres/", "/api/auth/rating"):
        reply = anonymous.get(path)
        assert reply.status_code == 503, path
        assert "`next`" in reply.json()["detail"]


# --- The share of the threads ---


@pytest.mark.django_db
def test_a_list_that_finds_no_place_is_503_and_other_reads_go_on(anonymous, movie, monkeypatch):
    share = reads.Share(1)
    monkeypatch.setattr(reads, "SHARE", share)
    monkeypatch.setattr(reads, "WAIT_SECONDS", 0)
    share.readers[0] = 0.0  # somebody who has been at it since long ago
    assert anonymous.get("/api/v1/movies/?min_year=1970").status_code == 503
    for cheap in ("/api/v1/movies/", f"/api/v1/movies/{movie.pk}/", "/api/v1/movies/?genre=Horror"):
        assert anonymous.get(cheap).status_code == 200
    share.readers.clear()
    assert anonymous.get("/api/v1/movies/?min_year=1970").json()["count"] == 1


def test_quick_readers_wait_for_one_another_and_all_get_through():
    share, most, inside, lock = reads.Share(2), [], [], threading.Lock()

    def read(number):
        with share.enter():
            with lock:
                inside.append(number)
                most.append(len(inside))
            with lock:
                inside.remove(number)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(read, range(200)))
    assert len(most) == 200
    assert max(most) <= 2
    assert not share.readers


def test_nobody_waits_where_half_of_the_places_are_held_by_slow_readers():
    share = reads.Share(2)
    share.readers = {1: 0.0, 2: float("inf")}
    with pytest.raises(Busy), share.enter():
        pass
    assert set(share.readers) == {1, 2}


def test_without_places_everybody_reads():
    share = reads.Share(0)
    with share.enter(), share.enter():
        pass


# --- The price ---


@pytest.mark.django_db(transaction=True)
def test_who_has_read_slowly_for_long_enough_is_429_until_the_window_ends(anonymous, slow, settings, counted, movie):
    settings.READ_SECONDS = 0.6
    told = [anonymous.get("/api/v1/movies/?min_year=1970").status_code for _ in range(3)]
    assert told == [503, 503, 429]
    assert len(slow) == 2
    refused = anonymous.get("/api/v1/movies/?min_year=1970")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Policy"] == '"reads";q=1;w=60'
    assert refused["RateLimit"].startswith('"reads";r=0;t=')
    assert anonymous.get("/api/v1/movies/?min_year=1970", REMOTE_ADDR="203.0.113.9").status_code == 503
    assert anonymous.get(f"/api/v1/movies/{movie.pk}/").status_code == 200
    ThrottleWindow.objects.all().delete()
    assert anonymous.get("/api/v1/movies/?min_year=1970").status_code == 503


@pytest.mark.django_db
def test_quick_reads_cost_nothing_and_write_nothing(anonymous, movie, counted, monkeypatch):
    monkeypatch.setattr("metrics.reads.FREE_SECONDS", 60)  # however slow this machine is
    for path in (
        "/api/v1/movies/",
        "/api/v1/movies/?min_year=1970",
        "/api/v1/movies/search/?q=alien",
        "/api/v1/users/",
    ):
        with CaptureQueriesContext(connection) as queries:
            assert anonymous.get(path).status_code == 200
        assert not [query for query in queries if "INSERT" in query["sql"] or "UPDATE" in query["sql"]]
    assert not ThrottleWindow.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("setting", ["THROTTLING", "THROTTLE_READ_SECONDS"])
def test_the_price_can_be_lifted(counted, settings, setting, rf):
    from rest_framework.request import Request

    from metrics import reads as costs

    setattr(settings, setting, 0)
    costs.charge(request=Request(rf.get("/")), seconds=100)
    costs.refuse_spent(request=Request(rf.get("/")))
    assert not ThrottleWindow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_charges_at_once_add_up(counted, rf):
    from rest_framework.request import Request

    from metrics import reads as costs

    def charge(number):
        costs.charge(request=Request(rf.get("/")), seconds=0.1)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(charge, range(40)))
    (window,) = ThrottleWindow.objects.all()
    assert window.count + sum(costs.owed.values()) == 4000


# --- Depth ---


@pytest.fixture
def shallow(settings, monkeypatch, make_movie, alice):
    settings.LIST_DEPTH = 3
    monkeypatch.setattr(querysets, "MAX_OFFSET", 1)
    return [make_movie(f"Movie {n:02}", by=alice, duration=10 + n // 2, genre_list=["Drama"]) for n in range(12)]


@pytest.mark.parametrize("mount", LISTS)
def test_page_numbers_reach_so_far_from_either_end_of_a_list_without_an_index(anonymous, shallow, mount):
    def page(number):
        return anonymous.get(mount, {"ordering": "duration,title", "page_size": 2, "page": number})

    assert [page(number).status_code for number in (1, 2, 3, 4, 5, 6)] == [200, 200, 400, 400, 200, 200]
    refused = page(3).json()
    assert "follow the link `next`" in str(refused)
    assert ("errors" in refused) == (mount == LISTS[0])


def test_what_is_read_from_the_end_is_what_stands_there(anonymous, shallow, settings):
    settings.LIST_DEPTH = 0
    for ordering in ("duration,title", "-duration", "title", "-release_date,id"):
        query = {"ordering": ordering, "page_size": 5}
        whole = anonymous.get("/api/v1/movies/", {**query, "page_size": 100}).json()["results"]
        pages = [anonymous.get("/api/v1/movies/", {**query, "page": number}).json()["results"] for number in (1, 2, 3)]
        assert [row["id"] for page in pages for row in page] == [row["id"] for row in whole]
        assert anonymous.get("/api/v1/movies/", {**query, "page": "last"}).json()["results"] == pages[2]


@pytest.mark.parametrize("query", ["", "?ordering=title", "?ordering=-duration", "?genre=Drama"])
def test_orders_with_an_index_have_numbers_all_the_way(anonymous, shallow, query):
    joint = "&" if query else "?"
    for number in range(1, 7):
        assert anonymous.get(f"/api/v1/movies/{query}{joint}page={number}&page_size=2").status_code == 200


def test_following_next_reaches_everything(anonymous, shallow):
    address, found = "/api/v1/movies/?ordering=duration,title&page_size=2&genre_not=Horror", []
    while address:
        page = anonymous.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page["next"]
    assert found == [movie.pk for movie in shallow]


def test_a_movie_that_is_rated_meanwhile_breaks_no_numbered_page(anonymous, shallow, bob):
    services.rate(movie_id=shallow[0].pk, user=bob.user, half_stars=10)
    last = anonymous.get("/api/v1/movies/?ordering=-average_rating,title&page=last&page_size=5").json()
    assert [row["title"] for row in last["results"]] == ["Movie 10", "Movie 11"]
