"""What each operation takes and answers, with examples.

A key is the route's basename and the view's action, "movie_create"; a dialect that differs has an entry of its own
with its name in front, "classic_movie_create". Every endpoint needs one: a new endpoint without it fails loudly.
"""

from config.swagger.operations import accounts, classic, collections, counter, feedback, movies
from config.swagger.shapes import Described

OPERATIONS: dict[str, Described] = {
    **accounts.OPERATIONS,
    **movies.OPERATIONS,
    **classic.OPERATIONS,
    **feedback.OPERATIONS,
    **collections.OPERATIONS,
    **counter.OPERATIONS,
}


def described(dialect: str, name: str) -> Described:
    return OPERATIONS.get(f"{dialect}_{name}") or OPERATIONS[name]
