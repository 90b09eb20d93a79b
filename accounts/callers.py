"""Who calls: the login that a credential belongs to, with its user, in one statement.

Written by hand, like the read model's, because every request with a credential begins with it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, DateTimeField, Field

from accounts.models import Session, User
from rest.database.statements import Rows, Statement, is_postgresql

LOGIN, OWNER = Session._meta.concrete_fields, User._meta.concrete_fields
LOGIN_NAMES, OWNER_NAMES = ([field.attname for field in fields] for fields in (LOGIN, OWNER))
COLUMNS = ", ".join([*(f"s.{field.column}" for field in LOGIN), *(f"u.{field.column}" for field in OWNER)])


def column_types(prefix: str, fields: tuple[Field, ...]) -> dict[str, str]:
    return {f"{prefix}_{field.column}": str(field.db_type(connection)) for field in fields}


def statement(name: str, column: str, kind: str) -> Statement:
    """The login whose `column`, of the type `kind`, has the one value."""
    text = f"SELECT {COLUMNS} FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id WHERE s.{column} = $1"
    columns = {**column_types("login", LOGIN), **column_types("user", OWNER)}
    return Statement(name, parameters=[kind], columns=columns, text=text)


BY_TOKEN = statement("login_by_token", "token_digest", "varchar")
BY_ID = statement("login_by_id", "id", "bigint")


def session_by_token(token: str) -> Session | None:
    """The login with this opaque token, alive or not."""
    return session_of(BY_TOKEN.rows(Session.digest(token)))


def session_by_id(session_id: int) -> Session | None:
    """The login with this id, alive or not."""
    return session_of(BY_ID.rows(session_id))


def session_of(rows: Rows) -> Session | None:
    """The login of the first row, with its user; None where there is no row."""
    if not rows:
        return None
    row = rows[0] if is_postgresql() else as_postgresql_gives(rows[0])
    session = Session.from_db(DEFAULT_DB_ALIAS, LOGIN_NAMES, row[: len(LOGIN)])
    session.user = User.from_db(DEFAULT_DB_ALIAS, OWNER_NAMES, row[len(LOGIN) :])
    return session


def as_postgresql_gives(row: tuple[Any, ...]) -> list[Any]:
    """SQLite has neither time zones nor truth values of its own."""
    values = list(row)
    for position, convert in CONVERTED:
        if values[position] is not None:
            values[position] = convert(values[position])
    return values


def conversion(field: Field) -> Callable[[Any], Any] | None:
    if isinstance(field, BooleanField):
        return bool
    return in_utc if isinstance(field, DateTimeField) else None


def in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


CONVERTED = [
    (position, convert) for position, field in enumerate((*LOGIN, *OWNER)) if (convert := conversion(field)) is not None
]
