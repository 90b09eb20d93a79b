"""The files behind /metrics: who counts into which, and what is left when a process, a file or the disk goes."""

import errno
import os
import signal

import pytest

from metrics import cells, measures
from metrics.cells import CellFile, readings
from metrics.measures import BOUNDS, Measures
from metrics.slots import DamagedFile

TOKEN = "a-token-for-the-tests"


@pytest.fixture
def folder(tmp_path, settings):
    settings.METRICS_DIR, settings.METRICS_TOKEN = tmp_path / "metrics", TOKEN
    return settings.METRICS_DIR


@pytest.fixture
def process(folder, monkeypatch):
    """Makes what one process has; each looks after its file at once, and not once a second."""
    monkeypatch.setattr(measures, "LOOK_SECONDS", 0)
    made = []

    def make():
        made.append(Measures())
        return made[-1]

    yield make
    for one in made:
        end(one)


def end(one):
    """As the kernel does when the process ends, however it does."""
    if one._file is not None:
        one._file.close()
        one._file = None


def answer(one, times=1, route="/a/", status=200, seconds=0.002):
    for _ in range(times):
        one.begin_request()
        one.end_request("GET", route, status, seconds)


def shown(folder):
    """The number of answers that /metrics would show."""
    return sum(
        sum(numbers[:-1]) for one in readings(folder) for name, numbers in one.counts.items() if b"requests" in name
    )


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_processes_at_the_same_time_have_a_file_each_and_a_successor_goes_on_in_its_predecessors(process, folder):
    first, second = process(), process()
    answer(first, 3)
    answer(second, 4)
    assert files(folder) == ["metrics-0.cells", "metrics-1.cells"]
    assert shown(folder) == 7
    end(first)
    assert shown(folder) == 7
    answer(process(), 5)
    assert files(folder) == ["metrics-0.cells", "metrics-1.cells"]
    assert shown(folder) == 12


def test_what_is_so_in_a_process_is_shown_while_it_lives(process, folder):
    first = process()
    answer(first)
    first.begin_request()
    first.set("connections", 7)
    (reading,) = readings(folder)
    assert reading.is_alive
    assert reading.counts[b'["gauge", "in_progress"]'] == [1]
    end(first)
    assert not readings(folder)[0].is_alive
    answer(process())
    (reading,) = readings(folder)
    assert reading.is_alive
    assert reading.counts[b'["gauge", "in_progress"]'] == [0]
    assert reading.counts[b'["gauge", "connections"]'] == [0]
    assert reading.counts[b'["count", "worker_starts"]'] == [2]


def test_seconds_fall_into_their_bucket_and_are_summed_in_microseconds(process, folder):
    one = process()
    for seconds in (0.0001, 0.001, 0.002, 0.3, 99.0):
        answer(one, seconds=seconds)
    (numbers,) = (numbers for name, numbers in readings(folder)[0].counts.items() if b"requests" in name)
    expected = [0] * (len(BOUNDS) + 1)
    expected[0], expected[1], expected[BOUNDS.index(0.5)], expected[-1] = 2, 1, 1, 1
    assert numbers == [*expected, 99_303_100]


def test_kill_9_of_a_process_leaves_what_it_has_counted(folder):
    child = os.fork()
    if child == 0:  # what the child raises must not reach pytest
        try:
            answer(Measures(), 10)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert shown(folder) == 10


def test_a_forked_child_counts_into_a_file_of_its_own(process, folder):
    one = measures.measures
    one.start_afresh()
    answer(one, 2)
    child = os.fork()
    if child == 0:
        try:
            answer(one, 3)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    answer(one, 1)
    assert files(folder) == ["metrics-0.cells", "metrics-1.cells"]
    assert shown(folder) == 6
    end(one)
    one.start_afresh()


def test_a_file_grows_and_cells_that_were_given_out_before_stay_good(process, folder):
    one = process()
    answer(one, route="/first/")
    for number in range(1000):
        answer(one, route=f"/{number}/")
    answer(one, route="/first/")
    assert (folder / "metrics-0.cells").stat().st_size > 2 * cells.GROWTH
    assert shown(folder) == 1002
    end(one)
    answer(process(), route="/first/")
    assert shown(folder) == 1003


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"nonsense" * 10_000),
        lambda path: os.truncate(path, 100),
        lambda path: path.write_bytes(path.read_bytes()[:16] + b"\xff" * 70_000),
    ],
)
def test_a_damaged_file_is_put_aside_and_counting_goes_on(process, folder, spoil):
    first = process()
    answer(first, 3)
    end(first)
    first._cells.clear()  # the map of a file that is cut must not be touched
    spoil(folder / "metrics-0.cells")
    assert shown(folder) == 0
    answer(process(), 2)
    assert files(folder) == ["metrics-0.cells", "metrics-0.damaged"]
    assert shown(folder) == 2


def test_a_removed_file_comes_back_with_what_it_had(process, folder):
    one = process()
    answer(one, 3)
    (folder / "metrics-0.cells").unlink()
    answer(one, 2)
    assert shown(folder) == 5
    one.begin_request()
    assert readings(folder)[0].counts[b'["gauge", "in_progress"]'] == [1]


def test_without_a_usable_folder_requests_go_on_and_their_numbers_wait(process, folder, settings, caplog):
    folder.touch()  # no folder can be made where a file is
    one = process()
    answer(one, 3)
    assert readings(folder) == []
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    folder.unlink()
    answer(one, 1)
    assert shown(folder) == 4


def test_a_full_disk_fails_no_request_and_what_is_shown_never_goes_down(process, folder, monkeypatch, caplog):
    one = process()
    answer(one, 3)

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(cells.os, "pwrite", full)
        for number in range(600):
            answer(one, route=f"/{number}/")
            if number % 100 == 0:
                assert 3 <= shown(folder) <= 604
        before = shown(folder)
        assert before < 603
        assert len([record for record in caplog.records if "No space left" in record.getMessage()]) == 1
        answer(process(), 5)  # and a process that begins now
        assert shown(folder) == before
    answer(one)
    assert shown(folder) == 604


def test_a_name_with_another_number_of_cells_is_damage(folder):
    file = CellFile.claim(folder)
    file.cells(b"one", 2)[1] = 5
    with pytest.raises(DamagedFile):
        file.cells(b"one", 3)
    file.close()
