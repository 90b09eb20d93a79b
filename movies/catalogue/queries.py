"""The statement that reads cards, however many they are.

It is written by hand because the ORM's row work was most of a page's time; `movies/tests/test_catalogue.py` holds every
answer to the ORM's.
"""

from collections.abc import Sequence
from typing import Any

from movies.catalogue.cards import PERSONAL, SHARED, Card, Column, Source, columns_of
from movies.catalogue.rows import card_of
from rest.database.statements import Statement, for_sqlite, is_postgresql, rows_of

TEXT = """
    SELECT {columns} FROM unnest({ids}) WITH ORDINALITY AS chosen (id, place) JOIN movies_movie m ON m.id = chosen.id
    JOIN movies_moviestats s ON s.movie_id = m.id
    LEFT JOIN movies_director d ON d.id = m.director_id LEFT JOIN accounts_user u ON u.id = m.user_id
    ORDER BY chosen.place"""


class CardQuery:
    """Reads the cards of the movies whose ids `select_ids` gives, in its order.

    PostgreSQL chooses and reads in one function; `total`, an expression, tells how many there are in all. SQLite is
    in our process, so that two statements cost it as little as one. Without `select_ids` the ids are the one parameter.
    """

    def __init__(self, name: str, *, parameters: Sequence[str] = (), select_ids: str = "", total: str = "0") -> None:
        self.choice = for_sqlite(f"SELECT c.*, {total} FROM ({select_ids}) AS c")
        chosen = f"ARRAY({select_ids})" if select_ids else "$1"
        parameters = parameters or ["bigint[]"]
        self.anonymous = statement(name, SHARED, parameters, chosen, total)
        self.personal = statement(f"{name}_own", {**SHARED, **PERSONAL}, [*parameters, "bigint"], chosen, total)

    def fetch(self, viewer: Any, *values: Any) -> tuple[list[Card], int]:
        """The cards as `viewer` (a user, or anonymous) sees them; and the total, or 0 if there is no card."""
        if is_postgresql():
            rows = self.rows(viewer, *values)
            return [card_of(row) for row in rows], rows[0][-1] if rows else 0
        chosen = rows_of(self.choice, values)
        return self.fetch_ids(viewer, [pk for pk, _ in chosen]), chosen[0][1] if chosen else 0

    def fetch_ids(self, viewer: Any, ids: Sequence[int]) -> list[Card]:
        """The cards of these ids, less those of movies that are gone."""
        return [card_of(row) for row in self.rows(viewer, list(ids))]

    def rows(self, viewer: Any, *values: Any) -> list[tuple[Any, ...]]:
        if viewer.is_authenticated:
            return self.personal.rows(*values, viewer.pk)
        return self.anonymous.rows(*values)


def statement(name: str, sources: dict[str, Source], parameters: Sequence[str], chosen: str, total: str) -> Statement:
    columns = {**columns_of(sources), "total": Column("bigint", f"CAST({total} AS bigint)", sqlite="0")}

    def text(vendor: str, ids: str, viewer: str) -> str:
        expressions = ", ".join(column.expression(vendor) for column in columns.values())
        return TEXT.format(columns=expressions.replace("{viewer}", viewer), ids=ids)

    return Statement(
        name,
        parameters=parameters,
        columns={name: column.type for name, column in columns.items()},
        text=text("postgresql", "chosen_ids", f"${len(parameters)}"),
        sqlite=text("sqlite", "$1", "$2"),
        chosen_ids=chosen,
    )


GIVEN = CardQuery("cards")


def read(ids: Sequence[int], viewer: Any) -> list[Card]:
    """The movies of `ids` in that order, as `viewer` (a user, or anonymous) sees them, less those that are gone."""
    return GIVEN.fetch_ids(viewer, ids) if ids else []
