"""Who calls: the login that a credential belongs to, with its user, in one statement.

Written by hand, like the read model's, because every request with a credential begins with it. The user has the
columns that requests ask for; Django fetches any other one when somebody looks at it.
"""

from datetime import UTC
from typing import Any

from django.db import connection

from accounts.models import Session, User
from config.statements import Statement

# In the order of the models' fields, as `from_db` wants them.
LOGIN = {
    "id": "bigint",
    "user_id": "bigint",
    "password_digest": "varchar",
    "last_used_at": "timestamptz",
    "expires_at": "timestamptz",
}
OWNER = {
    "id": "bigint",
    "password": "varchar",
    "is_superuser": "boolean",
    "is_staff": "boolean",
    "is_active": "boolean",
    "username": "varchar",
    "email": "varchar",
}
COLUMNS = ", ".join([*(f"s.{name}" for name in LOGIN), *(f"u.{name}" for name in OWNER)])
TEXT = f"SELECT {COLUMNS} FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id WHERE s.{{}} = $1"


def statement(name: str, column: str, kind: str) -> Statement:
    text = TEXT.format(column)
    columns = {**{f"login_{key}": value for key, value in LOGIN.items()}, **OWNER}
    return Statement(name, parameters=[kind], columns=columns, postgresql=text, sqlite=text)


BY_TOKEN = statement("login_by_token", "token_digest", "varchar")
BY_ID = statement("login_by_id", "id", "bigint")


def holder_of(token: str) -> Session | None:
    """The login with this opaque token, alive or not."""
    return found(BY_TOKEN.rows(Session.digest(token)))


def login(session_id: int) -> Session | None:
    return found(BY_ID.rows(session_id))


def found(rows: list[tuple[Any, ...]]) -> Session | None:
    if not rows:
        return None
    row = rows[0] if connection.vendor == "postgresql" else as_postgresql_gives(rows[0])
    session = Session.from_db(connection.alias, [*LOGIN], row[: len(LOGIN)])
    session.user = User.from_db(connection.alias, [*OWNER], row[len(LOGIN) :])
    return session


def as_postgresql_gives(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """SQLite has neither time zones nor truth values of its own."""
    login_id, user_id, digest, *times = row[: len(LOGIN)]
    pk, password, *marks, username, email = row[len(LOGIN) :]
    moments = (time.replace(tzinfo=UTC) for time in times)
    return (login_id, user_id, digest, *moments, pk, password, *map(bool, marks), username, email)
