"""The migrations since the last release leave the release before what it needs, and what would not is found."""

import pytest
from django.db import connection, models
from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations import operations as kinds
from django.db.migrations.loader import MigrationLoader

from config.tests.upgrade.lint import ACCEPTED, contractions, findings
from config.tests.upgrade.release import LAST_MIGRATIONS, migrations_since

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)  # SQLite's statements are made outside of any
def test_the_release_before_can_live_with_every_migration_since():
    """On PostgreSQL this is all that the linter knows; `make check` looks at SQLite's statements alone."""
    assert findings() == []


def test_what_is_accepted_is_there():
    known = migrations_since(MigrationLoader(connection))
    assert [key for key in ACCEPTED if key[:2] not in known] == []


def found(*operations):
    """What is said of a migration of `movies` with these operations, which comes next."""
    migration = Migration("0999_next", "movies")
    migration.operations = operations
    loader = MigrationLoader(connection)
    released = loader.project_state(list(LAST_MIGRATIONS.items()))
    return list(contractions(migration, loader.project_state(), released))


TEXT = models.CharField(max_length=5, default="")
ASKED = "movie.language is not null and has no db_default: v0.1.0 could not add a row"


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (kinds.AddField("movie", "language", TEXT), ASKED),
        (SeparateDatabaseAndState([kinds.AddField("movie", "language", TEXT)]), ASKED),
        (kinds.AlterField("movie", "duration", models.IntegerField()), "movie.duration is not null and has"),
        (kinds.RemoveField("movie", "title"), "movie.title is still used by v0.1.0"),
        (kinds.RenameField("movie", "title", "name"), "movie.title is still used by v0.1.0"),
        (kinds.DeleteModel("Like"), "Like is still used by v0.1.0"),
        (kinds.RenameModel("Like", "Praise"), "Like is still used by v0.1.0"),
        (kinds.AlterModelTable("Like", "likes"), "Like is still used by v0.1.0"),
    ],
)
def test_what_the_release_before_could_not_live_with_is_said(operation, said):
    [line] = found(operation)
    assert line.startswith(said)


@pytest.mark.parametrize(
    "operation",
    [
        kinds.AddField("movie", "language", models.CharField(max_length=5, db_default="")),
        kinds.AddField("movie", "language", models.CharField(max_length=5, null=True)),
        kinds.AddField("commentreport", "kind", TEXT),  # the release before does not know the table
        kinds.AlterField("movie", "title", models.CharField(max_length=300)),
        kinds.RemoveField("movie", "cover_bytes"),  # nor this column
        kinds.DeleteModel("CommentReport"),
        SeparateDatabaseAndState(state_operations=[kinds.RemoveField("movie", "title")]),
    ],
)
def test_what_it_does_not_notice_is_not(operation):
    assert found(operation) == []
