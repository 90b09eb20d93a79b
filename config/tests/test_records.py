"""What the project says about itself: the version, the changelog, the decisions, the checks and their exceptions."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from config import __version__

ROOT: Path = settings.BASE_DIR
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


PACKAGES = ["rest", "accounts", "metrics", "movies", "collections_app", "config"]


def headings() -> list[str]:
    return re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_newest_version_in_the_changelog_is_the_code_s():
    unreleased, newest, *_ = headings()
    assert unreleased == "[Unreleased]"
    assert newest.startswith(f"[{__version__}] - ")


def test_the_versions_in_the_changelog_have_dates_and_come_newest_first():
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})", text) for text in headings()[1:]]
    assert all(released)
    versions = [(*map(int, match.groups()[:3]), match[4]) for match in released]
    assert versions == sorted(versions, reverse=True)


def test_decisions_are_numbered_without_a_gap():
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert len(DECISIONS) >= 14


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_a_date_and_a_status(path):
    title, blank, record, *_ = path.read_text().splitlines()
    assert title.startswith(f"# {int(path.name[:4])}. ")
    assert blank == ""
    assert re.match(r"Date: \d{4}-\d{2}-\d{2}\b.* Status: (accepted|superseded by \d+)[.;]", record)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_that_is_superseded_in_part_is_marked_where_it_is(path):
    text = path.read_text()
    for number in re.findall(r"superseded in part by (\d+)", text):
        _, _, after = text.partition("marked below")
        assert f"decision {number}" in after


def test_hooks_before_a_commit_are_the_steps_of_make_check():
    steps = re.search(r"^\[ \$# -gt 0 \] \|\| set -- (.+)$", (ROOT / "bin" / "check").read_text(), re.MULTILINE)
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["entry"] for hook in hooks] == [f"bin/check {step}" for step in steps[1].split()]
    assert {hook["language"] for hook in hooks} == {"system"}


def test_every_type_error_that_is_ignored_says_why():
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "tests" not in path.parts]
    ignored = [line for path in sources for line in path.read_text().splitlines() if "# type: ignore" in line]
    assert ignored
    assert [line for line in ignored if not re.search(r"# type: ignore\[[a-z-]+\]  # \S+ \S+", line)] == []
