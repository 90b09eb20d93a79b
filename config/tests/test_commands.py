"""Commands where the database is not there, or not as they need it: one sentence, and an exit status of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from rest.database.commands import FAILURE

NOBODY_LISTENS = "postgres://nobody@127.0.0.1:1/films"
NEED_MIGRATIONS = [["import_movies", "films.ndjson"], ["load_demo"], ["backup"], ["send_mail", "--once"], ["verify"]]


def manage(folder, *arguments, **environment):
    """A command in a process of its own, whose database is an empty one in `folder` unless another is named."""
    (folder / "films.ndjson").write_text('{"title": "Alien"}\n')
    return subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder / "var"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def says(done, sentence):
    assert done.returncode == FAILURE, done.stderr
    assert sentence in done.stderr
    assert done.stderr.startswith("CommandError: ")
    assert done.stderr.count("\n") == 1
    return True


@pytest.mark.parametrize("arguments", NEED_MIGRATIONS, ids=" ".join)
def test_a_database_without_tables_is_said_so(tmp_path, arguments):
    assert says(manage(tmp_path, *arguments), "lacks migrations of this version: manage.py prepare applies them.")


@pytest.mark.parametrize("arguments", [*NEED_MIGRATIONS, ["prepare"]], ids=" ".join)
def test_a_database_that_does_not_answer_is_said_so(tmp_path, arguments):
    done = manage(tmp_path, *arguments, DATABASE_URL=NOBODY_LISTENS)
    assert says(done, "The database films cannot be used: ")
    assert "Connection refused. DATABASE_URL names it." in done.stderr


def test_a_file_that_is_no_database_is_said_so(tmp_path):
    (tmp_path / "films.sqlite3").write_text("films of mine " * 100)
    done = manage(tmp_path, "prepare", DATABASE_URL=f"sqlite:///{tmp_path}/films.sqlite3")
    assert says(done, "films.sqlite3 cannot be used: file is not a database.")
