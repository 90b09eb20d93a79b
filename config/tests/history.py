"""A database at any point of its history."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

OURS = sorted(app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR)


def migrations_of(label: str) -> list[Path]:
    folder = settings.BASE_DIR / label / "migrations"
    return sorted(path for path in folder.glob("[0-9]*.py"))


class History:
    """Moves the test's own database through its migrations."""

    def go_to(self, targets: list[tuple[str, str | None]]) -> StateApps:
        """Migrates, and returns the models as they are there."""
        executor = MigrationExecutor(connection)
        executor.migrate(targets)
        models: StateApps = MigrationExecutor(connection).loader.project_state(targets).apps
        return models

    def undo_everything(self) -> None:
        MigrationExecutor(connection).migrate([(label, None) for label in OURS if migrations_of(label)])

    def first(self) -> list[tuple[str, str]]:
        return [(label, migrations_of(label)[0].stem) for label in OURS if migrations_of(label)]

    def latest(self) -> Any:
        return MigrationExecutor(connection).loader.graph.leaf_nodes()
