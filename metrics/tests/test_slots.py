"""The counter's file, as several processes of one host see it."""

import subprocess
import sys
import uuid

import pytest

from metrics.slots import GROWTH, HEADER_SIZE, SLOT_SIZE, DamagedFile, SlotFile, exclusive

# Claims `count` slots by as many forked processes at once, adds 1 to each, prints the indices, and waits for stdin.
OTHER_PROCESSES = """
import os, sys
from pathlib import Path
from metrics.slots import SlotFile, exclusive
path = Path(sys.argv[1])
for _ in range(int(sys.argv[2])):
    if os.fork() == 0:
        with exclusive(path.parent):
            file = SlotFile.open_or_create(path)
            index = file.claim()
        file.slots()[index] += 1
        os.write(1, f"{index}\\n".encode())
        os.read(0, 1)
        os._exit(0)
"""


class Others:
    """`count` other processes that own a slot each, until the end of the block."""

    def __init__(self, path, count):
        command = [sys.executable, "-c", OTHER_PROCESSES, str(path), str(count)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.indices = sorted(int(self.process.stdout.readline()) for _ in range(count))

    def __enter__(self):
        return self.indices

    def __exit__(self, *exception):
        self.process.stdin.close()
        self.process.stdout.read()  # ends when the last of them has
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "requests.counter"


@pytest.fixture
def file(path):
    with exclusive(path.parent):
        return SlotFile.open_or_create(path)


def test_a_new_file_counts_nothing_and_has_a_name_of_its_own(file, path):
    assert file.total() == 0
    assert file.source.version == 4
    assert SlotFile(path).source == file.source
    assert file.is_in_place()


def test_every_process_has_a_slot_of_its_own(file, path):
    with Others(path, 3) as indices:
        assert indices == [0, 1, 2]
        assert file.claim() == 3
    assert file.total() == 3


def test_the_slot_of_a_dead_process_goes_on_from_its_value(file, path):
    with Others(path, 2):
        pass
    with Others(path, 2) as indices:
        assert indices == [0, 1]
        assert list(file.slots()[:2]) == [2, 2]


def test_the_file_grows_when_every_slot_is_taken(file, path):
    # All but two slots belong, as far as the others can see, to this process.
    many = (GROWTH - HEADER_SIZE) // SLOT_SIZE
    for index in range(2, many):
        assert file._lock(HEADER_SIZE + SLOT_SIZE * index)
    with Others(path, 4) as indices:
        assert indices == [0, 1, many, many + 1]
    assert file.total() == 4
    assert path.stat().st_size == 2 * GROWTH


def test_one_process_at_a_time_writes_to_the_database(file, path):
    assert file.claim_writing()
    assert file.claim_writing()
    script = "import sys; from pathlib import Path; from metrics.slots import SlotFile; "
    script += "print(SlotFile(Path(sys.argv[1])).claim_writing())"
    assert subprocess.check_output([sys.executable, "-c", script, str(path)]) == b"False\n"


@pytest.mark.parametrize("content", [b"", b"MARQUEE1", b"\0" * GROWTH, b"MARQUEE1".ljust(GROWTH + 1, b"\0")])
def test_a_damaged_file_is_put_aside_and_a_new_one_begins(path, content):
    path.write_bytes(content)
    with exclusive(path.parent):
        file = SlotFile.open_or_create(path)
    assert file.total() == 0
    assert file.source != uuid.UUID(int=0)
    assert path.with_suffix(".replaced").read_bytes() == content


def test_a_file_that_was_removed_or_replaced_is_not_in_place(file, path):
    path.unlink()
    assert not file.is_in_place()
    SlotFile.create(path)
    assert not file.is_in_place()


def test_a_file_that_was_cut_is_not_read_any_more(file, path):
    with path.open("r+b") as cut:
        cut.truncate(100)
    assert not file.is_in_place()
    with pytest.raises(DamagedFile):
        file.total()
