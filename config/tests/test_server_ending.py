"""The end of a server: who has asked is answered, nothing is left behind, and no crowd keeps anybody out."""

import os
import signal
import socket
import threading
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPException

import pytest

from config.tests.test_server import LIVE, ask, connect, read_answer, start  # noqa: F401 - a fixture
from metrics.tests.server import is_running, wait_until

WAIT = b"GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Regular(threading.Thread):
    """A client that asks on one connection, again and again, until it is told that the connection closes."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.connection, self.answered, self.problem = HTTPConnection("127.0.0.1", port, timeout=60), 0, None
        self.connection.connect()

    def run(self):
        try:
            while self.connection.sock is not None:
                self.connection.request("POST", "/livez", b"{}")
                self.connection.getresponse().read()
                self.answered += 1
        except (OSError, HTTPException) as error:
            self.problem = repr(error)


def end(server, how):
    """Lets 16 clients ask without a pause, ends the server, and returns the clients when they have ended, too."""
    clients = [Regular(server.port) for _ in range(16)]
    for client in clients:
        client.start()
    wait_until(lambda: all(client.answered > 20 for client in clients))
    how(server.process.pid)
    for client in clients:
        client.join(60)
    return clients


@pytest.mark.parametrize(
    "how",
    [lambda pid: os.kill(pid, signal.SIGTERM), lambda pid: os.killpg(pid, signal.SIGINT)],
    ids=["SIGTERM", "Ctrl-C"],
)
def test_clients_that_never_pause_get_each_answer_and_are_told_to_go(start, how):  # noqa: F811
    server = start()
    clients = end(server, how)
    assert [client.problem for client in clients] == [None] * 16
    wait_until(lambda: server.process.poll() is not None)
    assert "SIGKILL" not in server.describe()


def test_who_has_begun_to_ask_may_end_and_is_answered(start):  # noqa: F811
    server = start(workers=1)
    with closing(connect(server)) as client:
        client.sendall(LIVE[:20])
        ask_once_more = ask(client, LIVE[20:] + LIVE[:20])
        assert ask_once_more[0] == 200
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "Handling signal: term" in server.describe())
        status, headers, _ = ask(client, LIVE[20:])
    assert (status, headers["connection"]) == (200, "close")


def test_a_server_without_clients_ends_at_once_and_its_port_is_free(start):  # noqa: F811
    server = start()
    pids = server.worker_pids()
    os.kill(server.process.pid, signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in pids))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", server.port))


def test_the_server_says_that_it_lives_while_all_its_threads_wait(start, tmp_path):  # noqa: F811
    waiting = tmp_path / "waiting"
    waiting.touch()
    env = {"WAIT_WHILE": str(waiting)}
    server = start(workers=1, threads=2, application="config.tests.bare_application", env=env)
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(server))) for _ in range(5)]
        for client in clients:
            client.sendall(WAIT)
        for _ in range(3):
            with closing(connect(server)) as client:
                assert ask(client, LIVE)[0] == 200
        waiting.unlink()
        assert [read_answer(client)[0] for client in clients] == [200] * 5


def test_a_crowd_of_idle_connections_makes_room_for_newcomers(start):  # noqa: F811
    server = start(workers=1, threads=2)
    with ExitStack() as stack:
        crowd = [stack.enter_context(closing(connect(server))) for _ in range(450)]
        first, last = crowd[0], crowd[-1]
        assert ask(last, LIVE)[0] == 200
        with closing(connect(server)) as newcomer:
            assert ask(newcomer, LIVE)[0] == 200
        assert ask(last, LIVE)[0] == 200  # it was the busier one
        assert first.recv(1) == b""  # closed: nothing had happened on it for longest
