"""The metrics over real worker processes: exact, and never going down, whichever worker is asked and whoever dies."""

import os
import signal
from contextlib import suppress
from http.client import HTTPException
from itertools import pairwise
from threading import Event, Thread

from metrics.tests.server import wait_until
from metrics.tests.test_metrics import TOKEN, requests_of, samples


def read(server):
    status, text = server.get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200, server.describe()
    return text


def livez(text):
    return requests_of(text).get(("GET", "/livez", "200"), 0)


class Scraper(Thread):
    """Asks again and again, as Prometheus does, and keeps what it was told."""

    def __init__(self, server):
        super().__init__()
        self.server, self.is_over, self.seen, self.problem = server, Event(), [], None

    def run(self):
        try:
            while not self.is_over.is_set():
                # The worker that was asked may have been killed, perhaps amid its answer.
                with suppress(OSError, HTTPException):
                    self.seen.append(read(self.server))
        except BaseException as error:
            self.problem = error
            raise

    def stop(self):
        self.is_over.set()
        self.join()
        assert self.problem is None


def is_counter(key):
    return key[0].endswith(("_total", "_bucket", "_count", "_sum"))


def goes_down(before, after):
    """The counters that are missing or less in `after`."""
    now = samples(after)
    return {key: value for key, value in samples(before).items() if is_counter(key) and now.get(key, -1) < value}


def test_kill_9_of_a_worker_loses_no_answer_and_no_counter_ever_goes_down(new_server):
    server = new_server(env={"METRICS_TOKEN": TOKEN})
    victim = server.worker_pids()[0]
    scraper = Scraper(server)
    scraper.start()

    def kill_in_the_middle(number):
        if number == 200:
            os.kill(victim, signal.SIGKILL)

    statuses = server.burst(600, before=kill_in_the_middle)
    scraper.stop()
    answered = statuses.count(200)
    assert answered > 500, server.describe()
    wait_until(lambda: len(server.worker_pids()) == 2, server.describe)
    seen = [*scraper.seen, read(server)]
    counted = livez(seen[-1])
    assert answered <= counted <= 600
    assert [goes_down(before, after) for before, after in pairwise(seen)] == [{}] * (len(seen) - 1)
    assert len(seen) > 3

    assert server.burst(50) == [200] * 50
    assert livez(read(server)) == counted + 50
    assert len(list((server.folder / "metrics").iterdir())) <= 2  # the successor counts in its predecessor's file

    server.restart(signal.SIGKILL)
    wait_until(lambda: server.get("/livez")[0] == 200)
    assert livez(read(server)) >= counted + 51
    assert goes_down(seen[-1], read(server)) == {}


def test_it_says_how_busy_the_server_is(new_server):
    server = new_server(env={"METRICS_TOKEN": TOKEN}, workers=2, threads=3)
    server.burst(10)

    def busy():
        found = samples(read(server))
        return found["marquee_workers",], found.get(("marquee_server_threads",))

    wait_until(lambda: busy() == (2, 6), server.describe)
    wait_until(lambda: samples(read(server))["marquee_db_connections",] >= 1, server.describe)
    found = samples(read(server))
    assert found["marquee_http_requests_in_progress",] == 1
    assert found["marquee_server_requests_waiting",] >= 0
    assert found["marquee_server_connections",] >= 0
    assert found["marquee_worker_starts_total",] == 2
