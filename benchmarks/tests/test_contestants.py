"""The contestants that need neither a package of their own nor a filled database to be loaded."""

import os
import subprocess
import sys

import pytest

from benchmarks.processes import ROOT


@pytest.mark.parametrize("name", ["textbook.wsgi", "trivial"])
def test_a_contestant_of_the_benchmark_can_be_loaded(name, tmp_path):
    code = f"from benchmarks.contestants.{name} import application; assert callable(application)"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
