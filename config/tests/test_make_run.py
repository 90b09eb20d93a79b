"""`bin/run`, as `make run` calls it: a newcomer's first start, and the second one."""

import os
import re
import signal
import socket
import subprocess
import urllib.request

import pytest
from django.conf import settings

from metrics.tests.server import is_running, wait_until

pytestmark = pytest.mark.own_database


def free_port(address="127.0.0.1"):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def clean_environment():
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}


def make_import(folder, name, **variables):
    """`make import` of a file in `folder`, which holds the server's files, too."""
    return subprocess.run(
        ["make", "import", f"FILE={folder / name if name else ''}", *(f"{key}={value}" for key, value in variables.items())],
        cwd=settings.BASE_DIR, env={**clean_environment(), "VAR_DIR": str(folder / "var")}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


class Run:
    """One call of `bin/run` in a session of its own, as a terminal would hold it."""

    host = "127.0.0.1"  # in addresses

    def __init__(self, folder, port, **env):
        self.log, self.port = folder / f"run-{port}.log", port
        env = {**clean_environment(), "VAR_DIR": str(folder / "var"), "PORT": str(port), **env}
        self.process = subprocess.Popen(
            ["make", "run"], cwd=settings.BASE_DIR, env=env, stdout=self.log.open("wb"), stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def output(self):
        return self.log.read_text()

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.host}:{self.port}{path}", timeout=30) as reply:
            return reply.status, reply.read().decode()

    def is_up(self):
        assert self.process.poll() is None, self.output()
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def pids(self):
        return [int(pid) for pid in os.listdir("/proc") if pid.isdecimal() and self.owns(int(pid))]

    def owns(self, pid):
        try:
            return os.getsid(pid) == self.process.pid or f"PORT={self.port}" in open(f"/proc/{pid}/environ").read()
        except OSError:
            return False

    def interrupt(self):
        """Ctrl-C: the terminal signals the whole foreground group."""
        pids = self.pids()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)
        return pids


@pytest.fixture
def run(tmp_path):
    runs = []

    def start(port, **env):
        runs.append(Run(tmp_path, port, **env))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.interrupt()


def test_a_newcomer_gets_a_server_a_catalogue_an_admin_and_the_addresses(run):
    port = free_port()
    first = run(port)
    wait_until(first.is_up, first.output)
    for address in ("/api/v1/movies/", "/swagger/", "/admin/"):
        assert f"http://127.0.0.1:{port}{address}" in first.output()
    assert re.search(r"admin, password \S{12,}", first.output())
    assert '"count":240' in first.get("/api/v1/movies/?page_size=1")[1]
    assert first.get("/swagger/")[0] == 200
    pids = first.interrupt()
    assert len(pids) >= 5  # make, the supervisor, gunicorn, two workers, the mail worker
    wait_until(lambda: not any(is_running(pid) for pid in pids))

    second = run(port, WORKERS="1")
    wait_until(second.is_up, second.output)
    assert "password" not in second.output()
    assert '"count":240' in second.get("/api/v1/movies/?page_size=1")[1]


def command_of(pid):
    return open(f"/proc/{pid}/cmdline").read().replace("\0", " ")


def test_one_process_that_dies_is_started_again_and_the_others_go_on(run, copy_prepared, tmp_path):
    copy_prepared(tmp_path / "var")
    server = run(free_port(), WORKERS="1", DEMO="off")
    wait_until(server.is_up, server.output)

    def pids_of(words):
        return [pid for pid in server.pids() if is_running(pid) and words in command_of(pid)]

    wait_until(lambda: "The mail worker has started." in server.output(), server.output)
    mail, web = pids_of("send_mail"), pids_of("gunicorn")
    os.kill(mail[0], signal.SIGKILL)
    wait_until(lambda: "The process mail was ended by signal 9" in server.output(), server.output)
    assert pids_of("gunicorn") == web
    assert server.get("/livez")[0] == 200
    wait_until(lambda: server.output().count("The mail worker has started.") == 2, server.output)

    os.kill(pids_of("config.server.supervisor")[0], signal.SIGKILL)
    wait_until(lambda: not pids_of("gunicorn") and not pids_of("send_mail"), server.output)
    again = run(server.port, WORKERS="1", DEMO="off")
    wait_until(again.is_up, again.output)


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_ipv6_address_is_one_to_listen_on(run, host, copy_prepared, tmp_path):
    copy_prepared(tmp_path / "var")
    port = free_port("::1")
    server = run(port, HOST=host, WORKERS="1", DEMO="off")
    server.host = "[::1]"
    wait_until(server.is_up, server.output)
    assert f"http://[::1]:{port}/api/v1/movies/" in server.output()
    page = server.get("/api/v1/movies/?page_size=1")[1]
    assert "127.0.0.1" not in page


def test_an_address_that_this_machine_does_not_have_is_said_so(run):
    refused = run(free_port(), HOST="192.0.2.1")  # kept for documentation: nobody has it
    assert refused.process.wait(120) != 0
    assert "Marquee cannot listen on HOST=192.0.2.1" in refused.output()
    assert "Traceback" not in refused.output()


def test_films_of_one_s_own_come_before_the_first_start_and_beside_the_server(tmp_path, run):
    (tmp_path / "my films.ndjson").write_text('{"title": "Alien"}\n{"title": "Aliens", "year": "soon"}\n')
    first = make_import(tmp_path, "my films.ndjson")
    assert first.returncode == 0, first.stderr
    assert "2 rows read: 2 movies added" in first.stdout
    assert "line 2: year: 'soon' left out" in first.stderr
    assert re.search(r"admin, password \S{12,}", first.stdout)

    server = run(free_port())
    wait_until(server.is_up, server.output)
    assert "password" not in server.output()
    assert '"count":2' in server.get("/api/v1/movies/?page_size=1")[1]

    (tmp_path / "more.ndjson").write_text('{"title": "Alien"}\n{"title": "Alien 3"}\n{"year": 1997}\n')
    second = make_import(tmp_path, "more.ndjson", REPORT=tmp_path / "report.tsv")
    assert second.returncode != 0
    assert "3 rows read: 1 movies added, 1 already there, 1 refused" in second.stdout
    assert (tmp_path / "report.tsv").read_text().splitlines()[1:] == ["3\ttitle: missing\t\t"]
    assert '"count":3' in server.get("/api/v1/movies/?page_size=1")[1]


@pytest.mark.parametrize(
    ("name", "said"), [("", "Which file? make import FILE="), ("films.ndjson", "There is no file ")]
)
def test_an_import_of_no_file_makes_nothing(tmp_path, name, said):
    done = make_import(tmp_path, name)
    assert done.returncode != 0
    assert said in done.stderr
    assert not (tmp_path / "var").exists()


def test_without_the_demo_the_first_start_has_an_admin_and_no_films(run):
    server = run(free_port(), DEMO="off", WORKERS="1")
    wait_until(server.is_up, server.output)
    assert re.search(r"admin, password \S{12,}", server.output())
    assert '"count":0' in server.get("/api/v1/movies/")[1]


def test_a_port_that_is_taken_is_said_so(tmp_path, run):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        refused = run(port)
        assert refused.process.wait(120) != 0
    assert f"Port {port} on 127.0.0.1 is taken" in refused.output()
