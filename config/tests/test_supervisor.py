"""What `make run` keeps running: one process that ends is started again, and the others go on."""

import os
import signal
import sys

import pytest

from config.server import supervisor
from config.server.supervisor import Kept, Supervisor, commands
from metrics.tests.server import is_running, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
FAIL = [sys.executable, "-c", "raise SystemExit(3)"]


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def kept():
    processes = []

    def keep(command):
        processes.append(Kept("mail", command))
        return processes[-1]

    yield keep
    for process in processes:
        process.kill()


def ended(process):
    process.process.wait(60)
    process.look_after()
    return process


def test_the_processes_are_those_of_the_procfile(tmp_path):
    (tmp_path / "Procfile").write_text("web: gunicorn --bind 'a b' config.wsgi\n\nmail: manage.py send_mail\n")
    assert commands(tmp_path / "Procfile") == {
        "web": ["gunicorn", "--bind", "a b", "config.wsgi"],
        "mail": ["manage.py", "send_mail"],
    }


def test_the_pauses_grow_while_a_process_ends_at_once(clock, kept, caplog):
    process, pauses = kept(FAIL), []
    process.look_after()
    for _ in range(9):
        ended(process)
        pauses.append(process.next_start - clock[0])
        clock[0] = process.next_start - 0.01
        process.look_after()
        assert process.process is None  # it is not due yet
        clock[0] = process.next_start
        process.look_after()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert "The process mail has ended with status 3, and is started again in 1 s." in caplog.text


def test_a_process_that_has_run_for_long_is_started_again_at_once(clock, kept):
    process = kept(SLEEP)
    process.failures = 5
    process.look_after()
    first = process.process.pid
    clock[0] += supervisor.STEADY_SECONDS
    os.kill(first, signal.SIGKILL)
    ended(process).look_after()
    assert process.process.pid != first
    assert process.failures == 0


def test_a_command_that_is_not_there_is_said_so_and_tried_again(clock, kept, caplog):
    process = kept(["/nowhere/at-all"])
    process.look_after()
    assert "cannot be started" in caplog.text
    assert process.next_start > clock[0]


def test_whoever_does_not_end_by_itself_is_killed(kept, monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    deaf = kept(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
        ]
    )
    deaf.look_after()
    pid = deaf.process.pid
    wait_until(lambda: is_running(pid))
    Supervisor([deaf]).stop()
    assert not is_running(pid)
