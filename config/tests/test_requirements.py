"""Every requirements file is what its .in file asks for, whole and with digests; nothing here needs a network."""

import re

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SOURCES = sorted(path.stem for path in settings.BASE_DIR.glob("requirements*.in"))
DIGEST = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def lines(name):
    """The file's entries: continued lines are one, comments none."""
    text = (settings.BASE_DIR / name).read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def asked_for(name):
    """Name → version of what an .in file pins, with the files that it includes."""
    found = {}
    for line in lines(f"{name}.in"):
        if line.startswith("-r "):
            found |= asked_for(line.removeprefix("-r ").strip().removesuffix(".in"))
        else:
            requirement = Requirement(line)
            found[canonicalize_name(requirement.name)] = str(requirement.specifier)
    return found


def installed_from(name):
    """Name → version of what a .txt file has. One of several platforms may have several versions: the last."""
    requirements = [Requirement(DIGEST.sub("", line).strip()) for line in lines(f"{name}.txt")]
    return {canonicalize_name(requirement.name): str(requirement.specifier) for requirement in requirements}


def test_all_sources_are_here():
    assert {"requirements", "requirements-dev", "requirements-bench", "requirements-audit"} <= set(SOURCES)
    assert [path.stem for path in settings.BASE_DIR.glob("requirements*.txt") if path.stem not in SOURCES] == []


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_asked_for_is_pinned_and_is_what_is_installed(name):
    wanted = asked_for(name)
    assert wanted
    assert [each for each, version in wanted.items() if not re.fullmatch(r"==[^*,]+", version)] == []
    assert wanted.items() - installed_from(name).items() == set(), "make requirements brings it up to date."


@pytest.mark.parametrize("name", SOURCES)
def test_whatever_is_installed_has_one_version_and_its_digests(name):
    entries = lines(f"{name}.txt")
    assert [entry for entry in entries if not DIGEST.search(entry)] == []
    assert [each for each, version in installed_from(name).items() if not version.startswith("==")] == []


def test_the_tests_run_on_the_versions_that_the_server_runs_on():
    assert installed_from("requirements").items() - installed_from("requirements-dev").items() == set()


def test_whoever_installs_checks_the_digests():
    for script in (settings.BASE_DIR / "bin").iterdir():
        for line in script.read_text().splitlines():
            if "pip install" in line and not line.lstrip().startswith("#"):
                assert "--require-hashes" in line, f"{script.name}: {line}"
