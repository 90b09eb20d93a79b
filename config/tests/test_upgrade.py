"""Rolling upgrades: the release before serves on while the migrations of this one have been applied, and beside it."""

import threading
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from config.tests.upgrade.conversation import converse, leave
from config.tests.upgrade.release import LAST_MIGRATIONS, NOW, UNKNOWN, code_before, state_before
from drills.server import new_database

OURS = tuple(f"{label}_" for label in LAST_MIGRATIONS)
# Foreign keys of new tables to old ones without a rule in the database: why the release before can live with it.
WITHOUT_RULE = {("movies_moviedirector", "director_id"): "a director who has movies is not to be deleted"}


# --- The schema ---


@pytest.fixture
def tables_before(db):
    """Table → the columns that the release before knows, each with whether it may be null."""
    models = state_before(MigrationLoader(connection)).get_models(include_auto_created=True)
    ours = [model for model in models if model._meta.app_label in LAST_MIGRATIONS]
    return {model._meta.db_table: {field.column: field.null for field in model._meta.concrete_fields} for model in ours}


def columns_of(table):
    with connection.cursor() as cursor:
        return {info.name: info for info in connection.introspection.get_table_description(cursor, table)}


def test_the_release_before_finds_every_table_and_column_that_it_knows(tables_before):
    assert len(tables_before) > 20
    for table, known in tables_before.items():
        if table != "movies_mailallowance":  # which has only changed its app
            assert known.keys() <= columns_of(table).keys(), table


def test_a_column_that_the_release_before_does_not_know_has_a_value_without_it(tables_before):
    needed = [
        f"{table}.{name}"
        for table, known in tables_before.items()
        for name, column in columns_of(table).items()
        if name not in known and not column.null_ok and column.default is None
    ]
    assert needed == []


def test_a_column_that_the_release_before_leaves_empty_may_still_be_empty(tables_before):
    columns = {table: columns_of(table) for table in tables_before}
    empty = [(table, name) for table, known in tables_before.items() for name, null in known.items() if null]
    assert [key for key in empty if not columns[key[0]][key[1]].null_ok] == []


def rules():
    """(table, column) → (the table that it refers to, what the database does when that row goes)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT conrelid::regclass::text, a.attname, confrelid::regclass::text, confdeltype FROM pg_constraint "
                "JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] WHERE contype = 'f'"
            )
            said = {"a": "NO ACTION", "c": "CASCADE", "n": "SET NULL"}
            return {(table, column): (to, said[rule]) for table, column, to, rule in cursor.fetchall()}
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'PRAGMA foreign_key_list("{table}")')
            found |= {(table, row[3]): (row[2], row[6]) for row in cursor.fetchall()}
        return found


def test_what_the_release_before_deletes_takes_along_what_it_does_not_know(tables_before):
    """Else the database refuses: the release before deletes no rows of a table that it has never heard of."""
    kept = rules()
    new = {
        key: rule
        for key, (to, rule) in kept.items()
        if to in tables_before and key[0].startswith(OURS) and key[1] not in tables_before.get(key[0], {})
    }
    assert len(new) > 5
    assert {key for key, rule in new.items() if rule == "NO ACTION"} == set(WITHOUT_RULE)


def one_of_each(get):
    """What the release before may delete: a movie of somebody's, with a comment."""
    owner = get("accounts", "User").objects.create(username="alice", username_key="alice")
    director = get("movies", "Director").objects.create(name="Lang", name_key="lang")
    movie = get("movies", "Movie").objects.create(title="M", title_key="m", director=director, user=owner)
    comment = get("movies", "Comment").objects.create(movie=movie, user=owner, text="Hm.")
    return [type(row).objects.filter(pk=row.pk) for row in (comment, movie, owner)]


def test_the_release_before_deletes_after_each_migration_what_it_knows(history):
    """It goes on serving between any two of them."""
    targets = list(LAST_MIGRATIONS.items())
    rows = one_of_each(history.go_to(targets).get_model)
    executor = MigrationExecutor(connection)
    steps = [key for key, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    refused = []
    for step in [(migration.app_label, migration.name) for migration in steps]:
        history.go_to([step])
        try:
            with transaction.atomic():
                for row in rows:
                    assert row.delete()[0]
                connection.check_constraints()
                transaction.set_rollback(True)
        except IntegrityError as error:
            refused.append((step, str(error)))
    assert refused == []
    assert len(steps) > 30


# --- Servers ---


class Place:
    """A database, and the settings of the servers of both releases that share it: on PostgreSQL two hosts, on SQLite
    one."""

    def __init__(self, folder):
        self.folder, self.url = folder, new_database()
        self.servers = []

    def settings(self, release):
        var = self.folder / (release.name if self.url else "var")
        var.mkdir(exist_ok=True)
        return {
            "VAR_DIR": str(var),
            "DATABASE_URL": self.url or f"sqlite:///{var}/marquee.sqlite3",
            "SECRET_KEY": "the same on every host of one installation, and long enough",
            "MEDIA_ROOT": str(self.folder / "media"),
            "ADMIN_PASSWORD": "rolling-horse-battery-9",
            "THROTTLING": "off",
            "DEMO": "off",
            "WORKERS": "1",
        }

    def manage(self, release, *arguments):
        return release.manage(*arguments, settings=self.settings(release))

    def start(self, release):
        """Prepares and starts it: the address of its API."""
        done = self.manage(release, "prepare")
        assert done.returncode == 0, done.stdout + done.stderr
        server = release.server(self.settings(release), self.folder / f"{release.name}.log")
        self.servers.append(server)
        server.start()
        server.wait_until_up()
        return f"{server.address}{release.api}"

    def stop(self):
        for server in self.servers:
            server.stop()


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.stop()


@contextmanager
def going_on(api, wrong):
    """Conversations with a server, one after the other, until the block ends and the last of them has ended, too."""
    over, asked = threading.Event(), []

    def work():
        while not over.is_set():
            converse(api, api, wrong, lambda: asked.append(1))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield asked
    finally:
        over.set()
        thread.join()


@pytest.mark.long
def test_the_release_before_serves_while_this_one_migrates_and_starts_and_beside_it(place, tmp_path):
    before = code_before(tmp_path / "code")
    if before is None:
        pytest.skip(UNKNOWN)
    older, wrong = place.start(before), []
    with going_on(older, wrong) as asked:
        newer = place.start(NOW)
    assert wrong == []
    assert len(asked) >= 60  # one conversation at least
    converse(older, newer, wrong, int)
    converse(newer, older, wrong, int)
    leave(older, newer, wrong)
    assert wrong == []
    place.servers[0].stop()
    # What the release before does not know of it has not kept up, and CHANGELOG says who does: once, after the upgrade.
    assert place.manage(NOW, "verify", "--fix").returncode in (0, 1)
    verified = place.manage(NOW, "verify")
    assert (verified.returncode, "0 differences" in verified.stdout) == (0, True), verified.stdout
    for release in (before, NOW):
        assert "Traceback" not in (tmp_path / f"{release.name}.log").read_text(errors="replace")
