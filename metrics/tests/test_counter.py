"""The counter of one process: what it does when things go wrong, and that it is exact when they do not."""

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from metrics import services
from metrics.models import CounterSource, CountPeriod, Installation
from metrics.services import CounterUnavailable

pytestmark = pytest.mark.django_db(transaction=True)


def add(counter, times):
    for _ in range(times):
        counter.add()


def file_of(counter):
    counter.live()
    return counter._file.path


def errors(caplog):
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def test_threads_lose_no_request(counter):
    counter.live()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: add(counter, 5000), range(8)))
    assert counter.live()[1] == 40_000


def test_threads_lose_no_request_while_the_slot_is_being_claimed(counter):
    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(add, counter, 5000) for _ in range(8)]
        counter.live()
        [each.result() for each in running]
    assert counter.live()[1] == 40_000


def test_a_forked_process_counts_neither_for_its_parent_nor_its_parents_requests_again(fresh):
    from metrics.counter import RequestCounter

    counter = fresh()
    add(counter, 3)
    read, write = os.pipe()
    os.register_at_fork(after_in_child=counter.__init__)
    if os.fork() == 0:
        os.write(write, f"{counter._values[counter._index]} {counter._file}".encode())
        os._exit(0)
    os.wait()
    assert os.read(read, 100) == b"0 None"
    assert isinstance(counter, RequestCounter)
    assert counter.live()[1] == 3


def test_writing_twice_counts_once(counter):
    add(counter, 5)
    counter.tick()
    counter._written = None  # as if the process had died before it could note what it wrote
    counter.tick()
    assert CounterSource.objects.get().counted == 5


def test_a_late_write_does_not_take_back_a_newer_one(counter):
    add(counter, 5)
    source, _ = counter.live()
    counter.tick()
    CounterSource.objects.record(source, 3)
    assert CounterSource.objects.get().counted == 5


def test_a_new_process_goes_on_where_the_dead_one_stopped(fresh):
    add_and_attach(fresh(), 5)
    assert fresh().live()[1] == 5
    assert services.requests_in_period() == 5


def add_and_attach(counter, times):
    add(counter, times)
    counter.live()


def test_another_database_does_not_inherit_the_count(fresh):
    add_and_attach(fresh(), 5)
    Installation.objects.all().delete()  # the next to ask makes another one, as an empty database would
    fresh()
    assert services.requests_in_period() == 0


def test_a_deleted_file_costs_nothing_that_was_written_and_the_counting_goes_on(counter):
    add(counter, 5)
    counter.tick()
    add(counter, 2)
    file_of(counter).unlink()
    counter.tick()
    add(counter, 1)
    assert services.requests_in_period() == 8
    assert sorted(CounterSource.objects.values_list("counted", flat=True)) == [0, 7]


def test_a_damaged_file_costs_nothing_that_was_written(fresh):
    first = fresh()
    add(first, 5)
    first.tick()
    path = file_of(first)
    path.write_bytes(b"garbage")
    add(fresh(), 1)
    assert services.requests_in_period() == 6


def test_an_old_copy_of_the_file_does_not_swallow_new_requests(fresh, tmp_path):
    first = fresh()
    add(first, 5)
    first.tick()
    shutil.copy(file_of(first), tmp_path / "copy")
    add(first, 100)
    first.tick()
    shutil.copy(tmp_path / "copy", file_of(first))
    add(fresh(), 1)
    assert services.requests_in_period() == 106


def test_a_folder_that_cannot_be_used_is_logged_once_and_no_request_fails(
    client, counter, settings, impossible_folder, caplog
):
    good, settings.COUNTER_DIR = settings.COUNTER_DIR, impossible_folder
    for _ in range(3):
        assert client.get("/livez").status_code == 200
        counter.tick()
    assert len(errors(caplog)) == 1
    assert str(impossible_folder) in errors(caplog)[0]
    settings.COUNTER_DIR = good
    counter.tick()
    assert client.get("/request-count/").json() == {"requests": 4}


def test_with_the_counters_tables_dropped_requests_still_succeed(client, counter, without_tables, caplog):
    without_tables(CounterSource, CountPeriod, Installation)
    for _ in range(3):
        assert client.get("/livez").status_code == 200
        assert client.get("/api/v1/users/").status_code == 200
        counter.tick()
    assert len(errors(caplog)) == 1
    assert client.get("/request-count/").status_code == 503
    assert client.post("/request-count/reset/").status_code == 503


def test_what_was_counted_without_the_tables_is_counted_when_they_return(counter, without_tables):
    without_tables(CounterSource)
    add(counter, 3)
    counter.tick()
    with pytest.raises(CounterUnavailable):
        services.requests_in_period()
    with connection.schema_editor() as editor:
        editor.create_model(CounterSource)
    counter.tick()
    assert services.requests_in_period() == 3
    with connection.schema_editor() as editor:
        editor.delete_model(CounterSource)  # the fixture makes it again


def test_concurrent_resets_share_the_requests_out_among_themselves(counter):
    add(counter, 100)
    counter.live()

    def add_and_reset(_):
        try:
            for _ in range(5):
                counter.add()
                services.reset(by=None, address=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_and_reset, range(4)))
    periods = CountPeriod.objects.ended()
    assert periods.count() == 20
    assert sum(period.total for period in periods) == 120
    assert services.requests_in_period() == 0


def test_the_background_thread_claims_a_slot_before_the_first_request_is_answered(fresh, settings, monkeypatch):
    counter, claimed = fresh(), threading.Event()
    settings.COUNTER_WRITE_SECONDS = 3600
    monkeypatch.setattr(counter, "tick", lambda: claimed.set())
    APIClient().get("/livez")
    assert claimed.is_set()
    counter.stop()
