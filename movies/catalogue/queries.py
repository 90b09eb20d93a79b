"""The statement that reads cards, however many they are.

It is written by hand because the ORM's row work was most of a page's time; `movies/tests/test_catalogue.py` holds every
answer to the ORM's.
"""

from collections.abc import Sequence
from typing import Any

from movies.catalogue.cards import PERSONAL, SHARED, Card, Column, Source, columns_of
from movies.catalogue.rows import cards_of
from rest.database.statements import Statement

TEXT = """
    SELECT {columns} FROM {chosen} JOIN movies_movie m ON m.id = chosen.id
    JOIN movies_moviestats s ON s.movie_id = m.id
    LEFT JOIN movies_director d ON d.id = m.director_id LEFT JOIN accounts_user u ON u.id = m.user_id
    {order}"""
NUMBERED = "unnest(chosen_ids) WITH ORDINALITY AS chosen (id, place)"
# SQLite takes what is left of a CROSS JOIN as the outer loop, so that the rows come in its order. To number the ids and
# to sort by that would cost a sixth of the statement.
OUTER_LOOP = "chosen CROSS"


class CardQuery:
    """Reads the cards of the movies whose ids `select_ids` gives, in its order, in one statement.

    `total`, an expression, tells how many there are in all. Without `select_ids` the ids are the one parameter.
    """

    def __init__(self, name: str, *, parameters: Sequence[str] = (), select_ids: str = "", total: str = "0") -> None:
        parameters = parameters or ["bigint[]"]
        self.anonymous = statement(name, SHARED, parameters, select_ids, total)
        self.personal = statement(f"{name}_own", {**SHARED, **PERSONAL}, [*parameters, "bigint"], select_ids, total)

    def fetch(self, viewer: Any, *values: Any) -> tuple[list[Card], int]:
        """The cards as `viewer` (a user, or anonymous) sees them; and the total, or 0 if there is no card."""
        rows = self.rows(viewer, *values)
        return cards_of(rows), rows[0][-1] if rows else 0

    def rows(self, viewer: Any, *values: Any) -> list[tuple[Any, ...]]:
        if viewer.is_authenticated:
            return self.personal.rows(*values, viewer.pk)
        return self.anonymous.rows(*values)


def statement(
    name: str, sources: dict[str, Source], parameters: Sequence[str], select_ids: str, total: str
) -> Statement:
    columns = {**columns_of(sources), "total": Column("bigint", f"CAST({total} AS bigint)")}

    def text(vendor: str, chosen: str, order: str = "") -> str:
        expressions = ", ".join(column.expression(vendor) for column in columns.values())
        return TEXT.format(columns=expressions.replace("{viewer}", f"${len(parameters)}"), chosen=chosen, order=order)

    ids = select_ids or "SELECT value FROM json_each($1)"
    return Statement(
        name,
        parameters=parameters,
        columns={name: column.type for name, column in columns.items()},
        text=text("postgresql", NUMBERED, "ORDER BY chosen.place"),
        sqlite=f"WITH chosen (id) AS ({ids}) {text('sqlite', OUTER_LOOP)}",
        chosen_ids=f"ARRAY({select_ids})" if select_ids else "$1",
    )


GIVEN = CardQuery("cards")


def read(ids: Sequence[int], viewer: Any) -> list[Card]:
    """The movies of `ids` in that order, as `viewer` (a user, or anonymous) sees them, less those that are gone."""
    return GIVEN.fetch(viewer, list(ids))[0] if ids else []
