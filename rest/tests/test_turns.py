"""Turns at writing into SQLite: in order, by all threads and processes of a host, with a deadline, whoever is killed."""

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from rest.database.sqlite.base import Connection, reads
from rest.database.sqlite.turns import Turns, turns_of

pytestmark = pytest.mark.own_database
PROCESS = """
import sys
from rest.tests.test_turns import connected

connection = connected(sys.argv[1])
connection.execute("SELECT * FROM counts").fetchall()  # or all would find the log to recover, and SQLite be busy
print("ready", flush=True)
for line in sys.stdin:
    how, times = line.split()
    for _ in range(int(times)):
        connection.execute("BEGIN IMMEDIATE")
        [(number,)] = connection.execute("SELECT number FROM counts").fetchall()
        if how == "hold":
            print("holds", flush=True)
            sys.stdin.readline()
        connection.execute("UPDATE counts SET number = ?", [number + 1])
        connection.commit()
    print("done", flush=True)
"""


def connected(path, patience=60.0):
    """As `DatabaseWrapper` connects; SQLite itself waits for nobody."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, factory=Connection, check_same_thread=False)
    connection.turns, connection.patience = turns_of(str(path)), patience
    return connection


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "counts.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE counts (number INTEGER)")
        connection.execute("INSERT INTO counts VALUES (0)")
    return path


@pytest.fixture
def start(path):
    processes = []

    def start():
        command = [sys.executable, "-c", PROCESS, str(path)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def tell(process, line):
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def number(path):
    with closing(sqlite3.connect(path)) as connection:
        [(number,)] = connection.execute("SELECT number FROM counts").fetchall()
    return number


def test_four_processes_write_and_sqlite_itself_never_has_to_wait(path, start):
    processes = [start() for _ in range(4)]
    for process in processes:
        tell(process, "write 200")
    assert [process.stdout.readline() for process in processes] == ["done\n"] * 4
    assert number(path) == 800


def test_when_the_one_who_writes_is_killed_the_others_go_on(path, start):
    holder, *others = [start() for _ in range(4)]
    tell(holder, "hold 1")
    assert holder.stdout.readline() == "holds\n"
    for process in others:
        tell(process, "write 20")
    holder.send_signal(signal.SIGKILL)
    assert [process.stdout.readline() for process in others] == ["done\n"] * 3
    assert number(path) == 60


def test_a_process_that_writes_without_a_pause_lets_another_one_in(path, start):
    greedy = start()
    tell(greedy, "write 1000000")
    with closing(connected(path)) as connection:
        for _ in range(5):
            connection.execute("UPDATE counts SET number = number + 1")
    assert greedy.poll() is None


def test_who_waits_for_too_long_is_told_what_sqlite_says(path, start):
    holder = start()
    tell(holder, "hold 1")
    assert holder.stdout.readline() == "holds\n"
    with closing(connected(path, patience=0.1)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="database is locked") as caught:
            connection.execute("BEGIN IMMEDIATE")
        assert caught.value.sqlite_errorcode == sqlite3.SQLITE_BUSY
        tell(holder, "")
        assert holder.stdout.readline() == "done\n"
        connection.execute("UPDATE counts SET number = 7")
    assert number(path) == 7


def test_threads_write_in_the_order_in_which_they_asked(path):
    turns, order = Turns(str(path)), []

    def write(name):
        turns.take(60)
        order.append(name)
        turns.give_back()

    turns.take(60)
    threads = []
    for name in range(8):
        threads.append(threading.Thread(target=write, args=[name]))
        threads[-1].start()
        while len(turns._waiting) <= name:
            time.sleep(0.001)
    turns.give_back()
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_a_thread_that_gives_up_leaves_the_queue_to_those_behind_it(path):
    turns, taken = Turns(str(path)), threading.Event()
    turns.take(60)
    with pytest.raises(sqlite3.OperationalError):
        turns.take(0.01)
    patient = threading.Thread(target=lambda: (turns.take(60), taken.set(), turns.give_back()))
    patient.start()
    turns.give_back()
    patient.join()
    assert taken.is_set()


def test_a_fork_has_no_part_in_its_parents_turn(path):
    turns = turns_of(str(path))
    turns.take(60)
    child = os.fork()
    if not child:
        with closing(connected(path, patience=0.05)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os._exit(0)
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    turns.give_back()
    turns.take(0)
    turns.give_back()


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_the_turn_ends_with_the_transaction_however_that_is_ended(path, end):
    with closing(connected(path)) as connection, closing(connected(path, patience=0.05)) as other:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError):
            other.execute("DELETE FROM counts")
        connection.execute(end)
        other.execute("UPDATE counts SET number = 3")


def test_the_turn_ends_with_the_connection(path):
    connection = connected(path)
    connection.execute("BEGIN IMMEDIATE")
    connection.close()
    forgotten = connected(path)
    forgotten.execute("BEGIN IMMEDIATE")
    del forgotten
    gc.collect()  # sqlite3's connections refer to themselves
    with closing(connected(path, patience=0)) as other:
        other.execute("UPDATE counts SET number = 3")


def test_a_statement_that_fails_gives_its_turn_back(path):
    with closing(connected(path, patience=0.05)) as connection, closing(connected(path, patience=0.05)) as other:
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("UPDATE counts SET nothing = 1")
        with pytest.raises(sqlite3.OperationalError):
            connection.executemany("INSERT INTO nowhere VALUES (?)", [(1,)])
        other.execute("UPDATE counts SET number = 3")


def test_where_the_file_of_turns_cannot_be_made_sqlites_own_error_is_raised(tmp_path):
    with pytest.raises(sqlite3.OperationalError) as caught:
        Turns(str(tmp_path / "nowhere" / "database.sqlite3")).take(1)
    assert caught.value.sqlite_errorcode == sqlite3.SQLITE_CANTOPEN


@pytest.mark.parametrize(
    ("text", "is_reading"),
    [
        ("SELECT 1", True),
        ("  with a as (select 1) select * from a", True),
        ("WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a", False),
        ("BEGIN", True),
        ("BEGIN DEFERRED", True),
        ("BEGIN IMMEDIATE", False),
        ("BEGIN EXCLUSIVE", False),
        ("PRAGMA busy_timeout = 1", True),
        ("INSERT INTO a VALUES (1) RETURNING id", False),
        ("CREATE TABLE a (b)", False),
        ("VACUUM", False),
    ],
)
def test_what_takes_a_turn(text, is_reading):
    assert reads(text) is is_reading


def test_a_bulk_command_lets_others_write_only_where_they_want_to(path, start):
    holder, turns = start(), turns_of(str(path))
    begun = time.monotonic()
    turns.let_others(60)
    assert time.monotonic() - begun < 30
    tell(holder, "hold 1")
    assert holder.stdout.readline() == "holds\n"
    finished = threading.Timer(0.2, tell, [holder, ""])
    finished.start()
    turns.let_others(60)
    assert number(path) == 1
    turns.take(60)
    begun = time.monotonic()
    turns.let_others(0.1)
    assert time.monotonic() - begun >= 0.1
    turns.give_back()
