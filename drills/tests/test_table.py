"""The table that a run of drills ends with."""

import pytest

from drills.table import Result, drawn, read

HELD = Result("faults.kill.all", "sqlite", True, False, 33.4, "0 of 512 writes lost")


@pytest.mark.parametrize(
    ("changed", "has_passed"),
    [
        ({}, True),
        ({"without": None}, True),
        ({"holds": False}, False),
        ({"without": True}, False),
        ({"problem": "Only 3 writes were acknowledged."}, False),
    ],
)
def test_a_drill_passes_that_holds_and_fails_without_its_protection(changed, has_passed):
    assert Result(**{**vars(HELD), **changed}).passed is has_passed


def test_the_lines_of_a_file_are_one_table_with_its_columns_below_each_other(tmp_path):
    file = tmp_path / "results"
    HELD.add_to(file)
    Result("doors.logins", "postgresql", False, None, 3, "", "Only 3 writes.").add_to(file)
    assert drawn(read(file)).splitlines() == [
        "drill            database    protected  without    seconds  figure",
        "faults.kill.all  sqlite      holds      fails      33       0 of 512 writes lost",
        "doors.logins     postgresql  FAILS      not tried  3        NOT TRIED: Only 3 writes.",
        "1 of 2 drills passed.",
    ]
