"""The release before this one: its code, from the repository's history, its schema, and servers of either release.

When a release is made, its tag, its commit and the last migrations of its apps take the place of these here. What the
release before it has needed may go then: see "Expand, then contract" in CONTRIBUTING.md.
"""

import os
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps

from benchmarks.processes import ROOT, Server, free_port

TAG, COMMIT = "v0.1.0", "2a63455"
LAST_MIGRATIONS = {
    "accounts": "0002_names_fit_when_folded",
    "collections_app": "0001_collections",
    "metrics": "0002_installation_and_first_period",
    "movies": "0006_ordering_indexes",
}
API_BEFORE, API = "/api/", "/api/v1/"
UNKNOWN = f"The history does not reach {TAG} ({COMMIT}): git fetch --tags --unshallow gets it."


@dataclass(frozen=True)
class Code:
    """One release: where its code is, and where its canonical API begins."""

    name: str
    folder: Path
    api: str

    def manage(self, *arguments: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            env={**kept_environment(), **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    def server(self, settings: dict[str, str], log: Path) -> "ReleaseServer":
        return ReleaseServer(self.name, self.command(), port=free_port(), log=log, root=self.folder, **settings)

    def command(self) -> list[str]:
        """How the release itself starts its server, with the programs of this environment."""
        lines = (self.folder / "Procfile").read_text().splitlines()
        program, *arguments = next(line for line in lines if line.startswith("web:")).split()[1:]
        return [str(Path(sys.executable).parent / Path(program).name), *arguments]


class ReleaseServer(Server):
    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=10):
                return True
        except (OSError, urllib.error.HTTPError):
            return False


def kept_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR", "USER")}


def state_before(loader: MigrationLoader) -> StateApps:
    """The models as the release before knows them."""
    apps: StateApps = loader.project_state(list(LAST_MIGRATIONS.items())).apps
    return apps


def migrations_since(loader: MigrationLoader) -> list[tuple[str, str]]:
    """App and name of each migration of ours that the release before does not have."""
    before = {key for leaf in LAST_MIGRATIONS.items() for key in loader.graph.forwards_plan(leaf)}
    return sorted(key for key in loader.disk_migrations if key[0] in LAST_MIGRATIONS and key not in before)


def code_before(folder: Path) -> Code | None:
    """The code of the release before, unpacked into `folder`; None where the history does not reach so far."""
    for name in (TAG, COMMIT):
        packed = subprocess.run(["git", "archive", name], cwd=ROOT, capture_output=True, check=False)
        if packed.returncode == 0:
            with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
                archive.extractall(folder, filter="data")
            return Code("before", folder, API_BEFORE)
    return None


NOW = Code("now", ROOT, API)
