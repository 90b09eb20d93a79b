"""Who calls: the login or the personal access token that a credential is, with its user, in one statement.

Written by hand, like the read model's, because every request with a credential begins with it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, DateTimeField, Field

from accounts.models import Credential, PersonalToken, Session, User
from rest.database.statements import Statement, is_postgresql

CredentialT = TypeVar("CredentialT", bound=Credential)
OWNER = User._meta.concrete_fields
OWNER_NAMES = [field.attname for field in OWNER]


def column_types(prefix: str, fields: tuple[Field, ...]) -> dict[str, str]:
    return {f"{prefix}_{field.column}": str(field.db_type(connection)) for field in fields}


def conversion(field: Field) -> Callable[[Any], Any] | None:
    if isinstance(field, BooleanField):
        return bool
    return in_utc if isinstance(field, DateTimeField) else None


def in_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on_sqlite(column: str, field: Field) -> str:
    """The column as it is stored: what the driver makes of a time, or asks Django to, takes longer than the row."""
    if isinstance(field, BooleanField):
        return f"CAST({column} AS integer)"
    return f"CAST({column} AS text)" if isinstance(field, DateTimeField) else column


class Lookup(Generic[CredentialT]):
    """Finds the credential whose `column`, of the type `kind`, has a value."""

    def __init__(self, name: str, model: type[CredentialT], column: str, kind: str) -> None:
        own: tuple[Field, ...] = model._meta.concrete_fields
        columns = [*(("c", field) for field in own), *(("u", field) for field in OWNER)]
        as_they_are = ", ".join(f"{table}.{field.column}" for table, field in columns)
        as_stored = ", ".join(on_sqlite(f"{table}.{field.column}", field) for table, field in columns)
        found = f"FROM {model._meta.db_table} c JOIN accounts_user u ON u.id = c.user_id WHERE c.{column} = $1"
        types = {**column_types("credential", own), **column_types("user", OWNER)}
        self.model, self.names, self.width = model, [field.attname for field in own], len(own)
        self.statement = Statement(
            name,
            parameters=[kind],
            columns=types,
            text=f"SELECT {as_they_are} {found}",
            sqlite=f"SELECT {as_stored} {found}",
        )
        self.converted = [
            (position, convert)
            for position, field in enumerate((*own, *OWNER))
            if (convert := conversion(field)) is not None
        ]

    def find(self, value: str | int) -> CredentialT | None:
        """The credential, alive or not, with its user; None where there is none."""
        rows = self.statement.rows(value)
        if not rows:
            return None
        row = rows[0] if is_postgresql() else self.as_postgresql_gives(rows[0])
        credential = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[: self.width])
        credential.user = User.from_db(DEFAULT_DB_ALIAS, OWNER_NAMES, row[self.width :])
        return credential

    def as_postgresql_gives(self, row: tuple[Any, ...]) -> list[Any]:
        """SQLite has neither time zones nor truth values of its own."""
        values = list(row)
        for position, convert in self.converted:
            if values[position] is not None:
                values[position] = convert(values[position])
        return values


LOGIN_BY_TOKEN = Lookup("login_by_token", Session, "token_digest", "varchar")
LOGIN_BY_ID = Lookup("login_by_id", Session, "id", "bigint")
PERSONAL_TOKEN = Lookup("personal_token", PersonalToken, "token_digest", "varchar")


def session_by_token(token: str) -> Session | None:
    """The login with this opaque token, alive or not."""
    return LOGIN_BY_TOKEN.find(Session.digest(token))


def session_by_id(session_id: int) -> Session | None:
    """The login with this id, alive or not."""
    return LOGIN_BY_ID.find(session_id)


def personal_token(token: str) -> PersonalToken | None:
    """The personal access token that this is, alive or not."""
    return PERSONAL_TOKEN.find(PersonalToken.digest(token))
