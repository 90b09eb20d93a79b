"""The server as it is started for production: what its clients may do to it, and to each other."""

import re
import signal
import socket
from contextlib import ExitStack, closing, contextmanager

import pytest
from django.conf import settings

from config.tests.bare_application import ANSWER
from metrics.tests.server import Server, database_url, is_running, wait_until

pytestmark = pytest.mark.xdist_group("server")
LOGIN = b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
STALLED = {
    "headers": b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Unfinished: ",
    "a body": LOGIN + b'Content-Length: 1000\r\n\r\n{"username": "al',
    "nothing at all": b"",
}


@pytest.fixture
def start(transactional_db, tmp_path):
    with ExitStack() as stack:

        def start(**options):
            return stack.enter_context(Server(database_url(tmp_path), tmp_path / "host", **options))

        yield start


def connect(server, *, receive_buffer=None):
    client = socket.socket()
    client.settimeout(60)
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect(("127.0.0.1", server.port))
    return client


@contextmanager
def stalled(server, kind, times):
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(server))) for _ in range(times)]
        for client in clients:
            client.sendall(STALLED[kind])
        yield clients


def read_head(client):
    """(status, headers) of one answer, and nothing of its body."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    return int(lines[0].split()[1]), headers


def read_answer(client):
    """(status, headers, body) of one answer, and nothing of the next."""
    status, headers = read_head(client)
    body, length = b"", int(headers.get("content-length", 0))
    while len(body) < length:
        part = client.recv(length - len(body))
        assert part, f"the connection ended after {len(body)} bytes of {length}"
        body += part
    return status, headers, body


def read_to_the_end(client):
    return b"".join(iter(lambda: client.recv(1 << 20), b""))


def ask(client, request):
    client.sendall(request)
    return read_answer(client)


def is_dropped(client):
    """Whether the server has closed its end."""
    client.setblocking(False)
    try:
        return client.recv(65536) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        client.settimeout(60)


def takes_nothing_any_more(client):
    try:
        client.send(b"x")
    except ConnectionError:
        return True
    return False


# --- Slow clients ---


def test_a_hundred_stalled_bodies_and_a_hundred_stalled_headers_stop_nobody(start):
    server = start(workers=1, threads=2)
    with stalled(server, "a body", 100), stalled(server, "headers", 100):
        assert server.burst(50) == [200] * 50
    assert server.burst(50) == [200] * 50


@pytest.mark.parametrize("kind", STALLED)
def test_a_client_that_stalls_is_dropped(start, kind):
    server = start(workers=1, threads=2, env={"CLIENT_SECONDS": "1"})
    with stalled(server, kind, 20) as clients:
        wait_until(lambda: all(is_dropped(client) for client in clients))


def test_clients_that_do_not_take_their_answers_stop_nobody_and_are_dropped(start):
    server = start(workers=1, threads=2, application="config.tests.bare_application", env={"CLIENT_SECONDS": "2"})
    with ExitStack() as stack:
        idle = [stack.enter_context(closing(connect(server, receive_buffer=2048))) for _ in range(10)]
        for client in idle:
            client.sendall(LIVE)
        with closing(connect(server)) as client:
            assert ask(client, LIVE)[2] == ANSWER
        wait_until(lambda: all(takes_nothing_any_more(client) for client in idle))


def test_clients_that_ask_again_without_taking_the_answer_are_dropped(start):
    server = start(workers=1, threads=2, application="config.tests.bare_application", env={"CLIENT_SECONDS": "2"})
    with closing(connect(server, receive_buffer=2048)) as client:
        client.sendall(3 * LIVE)
        wait_until(lambda: takes_nothing_any_more(client))


# --- HTTP ---


def test_a_connection_is_kept_for_the_next_request(asked_server):
    with closing(connect(asked_server)) as client:
        for _ in range(3):
            status, headers, _ = ask(client, LIVE)
            assert (status, headers.get("connection", "keep-alive").lower()) == (200, "keep-alive")


def test_a_connection_is_kept_after_an_answer_without_a_body(start):
    server = start(application="config.tests.bare_application")
    with closing(connect(server)) as client:
        for _ in range(3):
            status, headers, _ = ask(client, b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (status, "connection" in headers) == (204, False)


def test_head_is_answered_without_the_body(asked_server):
    with closing(connect(asked_server)) as client:
        client.sendall(LIVE.replace(b"GET", b"HEAD") + LIVE.replace(b"/livez", b"/nowhere"))
        status, headers = read_head(client)
        assert (status, int(headers["content-length"]) > 0) == (200, True)
        assert read_answer(client)[0] == 404


def test_requests_sent_without_waiting_are_answered_in_order(asked_server):
    with closing(connect(asked_server)) as client:
        client.sendall(LIVE + LIVE.replace(b"/livez", b"/nowhere") + LIVE)
        assert [read_answer(client)[0] for _ in range(3)] == [200, 404, 200]


def test_a_thousand_requests_on_one_connection_keep_no_other_waiting(start):
    server = start(workers=1, threads=1)
    with closing(connect(server)) as greedy, closing(connect(server)) as other:
        greedy.sendall(1000 * LIVE)
        assert ask(other, LIVE)[0] == 200
        assert [read_answer(greedy)[0] for _ in range(1000)] == [200] * 1000


def test_who_would_like_another_protocol_is_answered_in_this_one(asked_server):
    with closing(connect(asked_server)) as client:
        client.sendall(LIVE.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"))
        assert b"200 OK" in read_to_the_end(client)


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_a_body_that_is_too_long_is_refused_before_it_is_sent(asked_server, expect):
    length = settings.MAX_BODY_BYTES + settings.MAX_COVER_BYTES + 1
    with closing(connect(asked_server)) as client:
        client.sendall(LOGIN + expect + b"Content-Length: %d\r\n\r\n" % length)
        status, headers = read_head(client)
        assert (status, headers["connection"]) == (413, "close")
        assert b"The body is longer than" in read_to_the_end(client)


def test_a_body_that_is_too_long_is_never_taken_for_the_next_request(asked_server):
    with closing(connect(asked_server)) as client:
        client.sendall(b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n" + LIVE)
        answers = read_to_the_end(client)
    assert (answers[:12], answers.count(b"HTTP/1.1")) == (b"HTTP/1.1 413", 1)


def test_a_client_that_asks_first_is_told_to_send_its_body(asked_server):
    with closing(connect(asked_server)) as client:
        client.sendall(LOGIN + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert read_answer(client)[0] == 100
        assert ask(client, b"{}")[0] == 400


def test_a_chunked_body_is_read_to_its_end(asked_server):
    chunks = b'{"username": "alice"', b", 12}", b""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    with closing(connect(asked_server)) as client:
        head = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"
        status, _, answer = ask(client, head + body)
        assert (status, b"JSON" in answer) == (400, True), answer
        assert ask(client, LIVE)[0] == 200


def test_what_proxies_say_is_left_to_the_settings(start):
    server = start(application="config.tests.bare_application")
    forwarded = b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
    with closing(connect(server)) as client:
        told = ask(client, b"GET /client HTTP/1.1\r\nHost: localhost\r\n" + forwarded + b"\r\n")[2]
    assert told == b"127.0.0.1 http 192.0.2.1"


def test_headers_without_an_end_are_refused(asked_server):
    with closing(connect(asked_server)) as client:
        assert ask(client, b"GET / HTTP/1.1\r\n" + b"X-Long: x\r\n" * 10_000)[0] == 431


# --- Processes ---


def test_an_answer_that_is_under_way_is_finished_before_the_server_stops(start):
    server = start(workers=1, application="config.tests.bare_application")
    with closing(connect(server, receive_buffer=65536)) as client:
        client.sendall(LIVE)
        beginning = client.recv(1)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "Handling signal: term" in server.describe())
        answer = beginning + read_to_the_end(client)
    assert answer.endswith(ANSWER)


def test_idle_connections_do_not_keep_a_server_from_stopping(start):
    server = start()
    pids = server.worker_pids()
    with closing(connect(server)) as client, stalled(server, "a body", 3):
        ask(client, LIVE)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not any(is_running(pid) for pid in pids))
    assert "was sent SIGKILL" not in server.describe()


def test_the_server_is_started_with_these_settings_everywhere():
    procfile = (settings.BASE_DIR / "Procfile").read_text()
    assert re.search(r"^web: \S*gunicorn --config config/server/gunicorn.py config\.wsgi$", procfile, re.MULTILINE)
