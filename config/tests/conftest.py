"""What takes as long as a hundred tests to make, made once: an installation to copy, and a server to ask."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.tests.backups import manage
from config.tests.history import History
from metrics.tests.server import Server, database_url


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `manage.py prepare --no-demo` fills, on SQLite."""
    var = tmp_path_factory.mktemp("prepared") / "var"
    done = manage({"PATH": os.environ["PATH"], "VAR_DIR": str(var)}, "prepare", "--no-demo")
    assert done.returncode == 0, done.stderr
    return var


@pytest.fixture
def copy_prepared(prepared: Path) -> Callable[[Path], Path]:
    """Puts such a folder where a test wants one."""
    return lambda var: Path(shutil.copytree(prepared, var))


@pytest.fixture(scope="module")
def asked_server(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server for those tests of a module that only ask: they change neither its data nor its processes.

    The module is to be an `xdist_group`, or each process of the suite starts a server for its share of the tests.
    """
    folder = tmp_path_factory.mktemp("asked")
    with django_db_blocker.unblock():
        url = database_url(folder)
    with Server(url, folder / "host") as server:
        yield server


@pytest.fixture
def history(transactional_db: None) -> Iterator[History]:
    history = History()
    yield history
    history.go_to(history.latest())
