"""What no field and no parameter may take, by its kind, and who takes it: all read from the Swagger document.

A new operation, field or parameter is attacked without a word here where its type says what it takes. Where its type
does not, `missing()` tells what has to be added to which table below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.dialects import CANONICAL
from config.tests.openapi import OPERATIONS, Operation
from conftest import PASSWORD

Schema = dict[str, Any]

SURROGATE = "\ud800"
INVISIBLE = ["\u200b", "\u3164", "\u00ad\ufe0f", " \u2060\u115f "]
LONG = (300, 30_000)
NO_TEXT = [[], ["x"], {}, {"a": 1}, True, "nul\0", SURROGATE]
DATE = [5, 10**20, 1.5, [], {}, True, "x", "2020-13-01", "nul\0", SURROGATE, "99999-01-01", "0000-00-00", "x" * 300, ""]
UUID = [5, 10**20, True, 1.5, [], {}, "x", " ", "nul\0", SURROGATE, "x" * 300]
INTEGER = [-1, 10**20, 10**400, 1.5, "x", "1.5", [], {}, {"id": 1}, [1], True, "nul\0", SURROGATE, "9" * 5000]
NUMBER = [-1, 10**20, 10**400, "x", [], {}, True, "nul\0", SURROGATE, "NaN", "Infinity", "9" * 5000, [4]]
FLAG = ["maybe", "yes", "true", 0, 1, 5, 1.5, [], {}, ["true"], "x" * 300, "nul\0", SURROGATE, 10**20]
LIST = [5, True, "x", {}, {"0": {}}, {"title": "x"}, ["x"], [5], [None], [[]], [[[]]], [True]]
EMAIL = ["nobody", "a@b", "a@nul\0.com", "a@" + "ﷺ" * 60 + ".com", f"a@{SURROGATE}.com"]
USERNAME = ["two words", "ﷺ" * 20, "ﷺ" * 150, "а" + "lice", "e\u0301" * 150]

REFERENCE = [0, -1, 10**20, 10**400, 1.5, True, {}, {"other": 1}, "nul\0", SURROGATE, "x" * 300, "ﷺ" * 255]
REFERENCE += [{"id": pk} for pk in (10**20, [], True, "x", 1.5, SURROGATE)]
REFERENCE += [{"name": name} for name in ([], "", None, "x" * 300, "nul\0", SURROGATE, *INVISIBLE)]
REFERENCE += INVISIBLE
DIRECTOR = [*REFERENCE, [], ["x"], [[]]]
GENRES = [*REFERENCE, None, [f"genre {n}" for n in range(60)]]
GENRES += [[genre] for genre in [*REFERENCE, None, [], ["x"], [[]]]]
FILE = ["x", 5, [], {}, True, "nul\0", SURROGATE, "http://testserver/media/other.jpg", 10**20]
STARS = [*NUMBER, 0, 0.3, 5.5, "", " ", None, "sNaN", "1e400", "1e-400", "1" * 41]
USER = [
    -1,
    0,
    10**20,
    10**400,
    1.5,
    True,
    False,
    [],
    {},
    "x",
    "nul\0",
    SURROGATE,
    "9" * 5000,
    ["x"],
    [1],
    {"name": "alice"},
]
USER += [{"id": pk} for pk in (-1, 10**20, [], True, "x", 1.5, SURROGATE)]
SCOPES = ["read", 5, [], {}, None, True, "nul\0", ["nonsense"], [None], [5], [["read"]], [{}], ["read ", "x" * 300]]


# --- What a field of a body may not be ---


def nothing(schema: Schema) -> list[Any]:
    return [] if schema.get("x-nullable") else [None]


def texts(schema: Schema) -> list[Any]:
    longest = schema.get("maxLength", max(LONG))
    long = ["x" * length for length in (longest + 1, *LONG) if "maxLength" in schema and length > longest]
    return [*NO_TEXT, *long, *nothing(schema), *([""] if schema.get("minLength") else [])]


def trimmed_texts(schema: Schema) -> list[Any]:
    return [*texts(schema), *([" "] if schema.get("minLength") else [])]


def beyond(schema: Schema) -> list[Any]:
    """The nearest whole numbers that are too small and too large."""
    return [schema[bound] + step for bound, step in (("minimum", -1), ("maximum", 1)) if bound in schema]


def lists(schema: Schema) -> list[Any]:
    """No list, a list of nonsense, and for each field of the items each value that it may not have."""
    about = schema["items"]["properties"]
    valid = {name: VALID[name] for name in about if name in VALID}
    items = [[{**valid, name: value}] for name in about for value in hostile_to(name, about[name])]
    return [*LIST, *nothing(schema), *items]


Kind = tuple[str | None, str | None]
Values = Callable[[Schema], list[Any]]
BY_TYPE: dict[Kind, Values] = {
    ("string", None): trimmed_texts,
    ("string", "pattern"): lambda schema: [*trimmed_texts(schema), *USERNAME],
    ("string", "email"): lambda schema: [*trimmed_texts(schema), *EMAIL],
    ("string", "date"): lambda schema: [*DATE, *nothing(schema)],
    ("string", "uuid"): lambda schema: [*UUID, *nothing(schema)],
    ("integer", None): lambda schema: [*INTEGER, *beyond(schema), *nothing(schema)],
    ("number", None): lambda schema: [*NUMBER, *beyond(schema), *nothing(schema)],
    ("boolean", None): lambda schema: [*FLAG, *nothing(schema)],
    ("array", "object"): lists,
    ("file", None): lambda schema: FILE,
}
# Fields of which the type does not tell all: these values instead, whatever the type.
BY_NAME: dict[str, Values] = {
    "cover_image": lambda schema: FILE,
    "director": lambda schema: DIRECTOR,
    "directors": lambda schema: GENRES,  # a list of the same kind
    "genre": lambda schema: GENRES,
    "movie": lambda schema: [*INTEGER, 0, "", None],
    "movies": lambda schema: [*lists(schema), [{}], [{"title": "a"}] * 2001],
    "rating": lambda schema: STARS,
    "scopes": lambda schema: SCOPES,
    "user": lambda schema: USER,
    # These may be white space.
    **dict.fromkeys(("description", "password", "password2", "password_two"), texts),
    **dict.fromkeys(("current_password", "new_password", "refresh"), texts),
}
STAFFS = {"user"}  # fields that only staff may set; what others send there is ignored


def kind_of(schema: Schema) -> Kind:
    """The type, and what says more about it: the format, that there is a pattern, or the type of a list's items."""
    pattern = "pattern" if "pattern" in schema else None
    return schema.get("type"), schema.get("format") or pattern or schema.get("items", {}).get("type")


def hostile_to(name: str, schema: Schema) -> list[Any]:
    """What the field may not be. Raises LookupError where nobody has said."""
    kind = kind_of(schema)
    values = BY_NAME.get(name) or BY_TYPE.get(kind)
    if values is None:
        raise LookupError(f"the field {name!r} of type {kind}: what may it not be? Add it to BY_NAME or BY_TYPE")
    return values(schema)


# --- The operations that read a body ---

VALID = {
    "title": "a",
    "description": "d",
    "release_date": "2000-01-01",
    "released_date": "2000-01-01",
    "director": "d",
    "genre": ["g"],
    "movies": [{"title": "a"}],
    "text": "a",
    "movie": "{other}",  # one that somebody else added
    "rating": 4,
    "username": "eve",
    "email": "eve@example.com",
    **dict.fromkeys(("password", "password2", "password_two"), "password123@"),
    "current_password": PASSWORD,
    "new_password": "kaleidoscope-7",
    "refresh": "x",
    "key": "x",
    "name": "a",
    "scopes": ["read"],
    "code": "{code}",  # one that counts now
}
LOGIN = {"username": "alice", "password": PASSWORD}


@dataclass(frozen=True)
class Endpoint:
    """An operation that reads a body: a valid one, and for each field what it may not be."""

    operation: Operation
    valid: dict[str, Any]
    bad: dict[str, list[Any]]
    optional: bool  # whether an empty body is a request to change nothing

    def __str__(self) -> str:
        return f"{self.operation.method} {self.operation.path}"


def body_fields(operation: Operation) -> dict[str, Schema]:
    return operation.body["properties"] if operation.body else operation.parameters("formData")


def endpoint_of(operation: Operation) -> Endpoint:
    """Raises LookupError where a field has no hostile values, or a required one no valid value."""
    fields, schema = body_fields(operation), operation.body or {}
    required, example = schema.get("required", []), schema.get("example", {})
    known = {**{name: example[name] for name in required if name in example}, **VALID}
    unknown = [name for name in required if name not in known]
    if unknown:
        raise LookupError(f"the required fields {unknown}: what may they be? Add them to VALID")
    valid = {name: known[name] for name in fields if name in known}
    bad = {name: hostile_to(name, about) for name, about in fields.items()}
    return Endpoint(operation, LOGIN if operation.name == "auth_login" else valid, bad, optional=not required)


def endpoints(operations: list[Operation]) -> tuple[list[Endpoint], list[str]]:
    """Those of the operations that read a body, and what has to be added here before they all can be attacked."""
    known, missing = [], []
    for operation in operations:
        try:
            known.append(endpoint_of(operation))
        except LookupError as error:
            missing.append(f"{operation}: {error} in config/tests/hostile.py.")
    return known, missing


WRITING = [operation for operation in OPERATIONS if operation.method != "get"]
ENDPOINTS, MISSING = endpoints([operation for operation in WRITING if body_fields(operation)])
WITHOUT_BODY = [operation for operation in WRITING if not body_fields(operation)]


# --- Parameters of addresses ---

IN_PATHS = ["0", "-1", str(10**20), "9" * 5000, "1.5", "1e400", "NaN", "%00", "%ff", "%ED%A0%80", "x" * 300]
IN_PATHS += ["%F0%9F%8E%AC", "[]", "null", "..%2f..%2fetc", "1%20OR%201=1", "' OR 1=1 --", "%D9%A1", "１", "+1", "1_0"]
# "{}" stands for the parameter's own name, which is sent twice.
IN_QUERIES = ["", "%00", "a%00b", "%ff", "%ED%A0%80", "x" * 5000, "%F0%9F%8E%AC" * 500, "9" * 5000, str(10**20)]
IN_QUERIES += ["-1", "0", "1e400", "1e-400", "NaN", "Infinity", "[]", "{}", "null", "%25", "_", "'", '"', "\\", "1.5"]
IN_QUERIES += ["%D9%A1", "e%CC%81" * 300, "x&{}=y", ",", "-", "--id", "id,-id,id", "user__password"]
IN_QUERIES += ["%EF%B7%BA" * 300, "2020-13-01", "1e999999999"]


def too_long(schema: Schema) -> list[str]:
    """Texts beyond the maximum, and beyond what a database compares: SQLite's LIKE takes 50,000 bytes."""
    most = schema.get("maxLength")
    return ["x" * (most + 1), "%F0%9F%8E%AC" * (most + 1), "x" * 60_000] if most else []


NO_NUMBER = ["x", "-1", "1e400", "NaN", "Infinity", "%00"]
IMPOSSIBLE_BY_TYPE: dict[Kind, Values] = {
    ("string", None): lambda schema: ["%00", "a%00b", *too_long(schema)],
    ("string", "date"): lambda schema: ["x", "2020", "2020-13-01", "%00", "99999-01-01"],
    ("integer", None): lambda schema: [*NO_NUMBER, "9" * 5000, *map(str, beyond(schema))],
    ("number", None): lambda schema: [*NO_NUMBER, "9" * 5000, *map(str, beyond(schema))],
    ("array", "string"): lambda schema: ["%00", "a%00b", "x&{}=%00", *too_long(schema["items"])],
}
IMPOSSIBLE_BY_NAME: dict[str, Values] = {
    "ordering": lambda schema: [
        "password",
        "user__password",
        "-",
        "%00",
        "id,nonsense",
        "--id",
        "id&{}=nonsense",
        "x" * 60_000,
    ],
    # More than the most means the most.
    "limit": lambda schema: [*NO_NUMBER, "0", "1.5", ""],
    "page_size": lambda schema: [*NO_NUMBER, "0", "1.5", ""],
}
SIZES = {"limit", "page_size"}  # which the dialects do not refuse: a list has some size, whatever is sent
REQUIRED = {"q": "alien", "genre": "horror"}  # valid values of the parameters that some operation requires
PLACES = {"page", "cursor"}  # a place that is not in the list is 404
# Names that some operations know; all others refuse them in the canonical API, and ignore them elsewhere.
SOMEBODYS = ("page", "page_size", "limit", "cursor", "ordering", "genre", "q", "name", "name__icontains", "username")
SOMEBODYS += ("email", "movie", "user", "id", "title")


def impossible_in_query(operation: Operation, name: str) -> list[str]:
    """What the query parameter may not be. Raises LookupError where nobody has said."""
    if name in SIZES and operation.dialect != CANONICAL:
        return []
    schema = operation.parameters("query")[name]
    kind = kind_of(schema)
    values = IMPOSSIBLE_BY_NAME.get(name) or IMPOSSIBLE_BY_TYPE.get(kind)
    if values is None:
        raise LookupError(
            f"the parameter {name!r} of type {kind}: what may it not be? "
            "Add it to IMPOSSIBLE_BY_NAME or IMPOSSIBLE_BY_TYPE in config/tests/hostile.py."
        )
    return values(schema)


def required_query(operation: Operation, but: str = "") -> str:
    """What has to be asked for, `but` left out. Raises LookupError where nobody has said what that may be."""
    names = [name for name, about in operation.parameters("query").items() if about.get("required")]
    if unknown := set(names) - set(REQUIRED):
        raise LookupError(
            f"the parameters {unknown}: what may they be? Add them to REQUIRED in config/tests/hostile.py."
        )
    return "".join(f"{name}={REQUIRED[name]}&" for name in names if name != but)


READING = [operation for operation in OPERATIONS if operation.method == "get"]
