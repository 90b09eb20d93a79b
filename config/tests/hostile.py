"""Every endpoint that reads a body, what it takes, and what no field may take."""

from dataclasses import dataclass, field
from typing import Any

SURROGATE = "\ud800"
TEXT = [[], ["x"], {}, {"a": 1}, True, "nul\0", SURROGATE, "x" * 30_000]
NAME = [*TEXT, "x" * 300, "", " ", None]
DATE = [5, 10**20, 1.5, [], {}, True, "x", "2020-13-01", "nul\0", SURROGATE, "99999-01-01", "0000-00-00", "x" * 300, ""]
REFERENCE = [0, -1, 10**20, 1.5, True, {}, {"id": 10**20}, {"id": []}, {"id": True}, {"id": "x"}, {"id": 1.5}]
REFERENCE += [
    {"name": []},
    {"name": ""},
    {"name": None},
    {"name": "x" * 300},
    {"other": 1},
    "nul\0",
    SURROGATE,
    "x" * 300,
]
REFERENCE += [10**400, {"name": "nul\0"}, {"name": SURROGATE}, {"id": SURROGATE}, "ﷺ" * 255]
DIRECTOR = [*REFERENCE, [], ["x"], [[]]]
GENRES = [[value] for value in [*REFERENCE, None, [], ["x"], [[]]]] + [
    *REFERENCE,
    None,
    [f"genre {n}" for n in range(60)],
]
MINUTES = [0, -1, 10**20, 10**400, 1.5, "x", "1.5", [], {}, True, "nul\0", SURROGATE, "9" * 5000]
FLAG = ["maybe", 5, 1.5, [], {}, ["true"], "x" * 300, "nul\0", SURROGATE, 10**20]
FILE = ["x", 5, [], {}, True, "nul\0", SURROGATE, "http://testserver/media/other.jpg", 10**20]
STARS = [0, 0.3, 5.5, -1, 10**20, 10**400, "x", "", " ", [], {}, True, None, "nul\0", SURROGATE]
STARS += ["NaN", "sNaN", "Infinity", "1e400", "1e-400", "9" * 5000, "1" * 41, [4]]
MOVIE = [0, -1, 10**20, 10**400, 1.5, "x", "", [], {}, {"id": 1}, [1], True, None, "nul\0", SURROGATE, "9" * 5000]
EMAIL = [*NAME, "nobody", "a@b", "a@nul\0.com", "a@" + "ﷺ" * 60 + ".com", f"a@{SURROGATE}.com"]
OPTIONAL_EMAIL = [value for value in EMAIL if value not in ("", " ")]
USERNAME = [*NAME, "two words", "ﷺ" * 20, "ﷺ" * 150, "а" + "lice", "e\u0301" * 150]
PASSWORD = [value for value in NAME if value not in (" ", "x" * 300)]
UUIDS = [5, 10**20, True, 1.5, [], {}, "x", "", "nul\0", SURROGATE, "x" * 300]
MOVIES = [
    None,
    5,
    True,
    "x",
    {},
    {"0": {}},
    {"title": "x"},
    ["x"],
    [5],
    [None],
    [[]],
    [{}],
    [[[]]],
    [{"title": []}],
    [True],
]
MOVIES += [[{"title": value}] for value in NAME if value != "x" * 30_000]
MOVIES += [[{"title": "a", "uuid": value}] for value in UUIDS]
MOVIES += [[{"title": "a", "genres": value}] for value in (*TEXT, None)]
MOVIES += [[{"title": "a", "description": value}] for value in (*TEXT, None)]
MOVIES += [[{"title": "a"}] * 2001]

MOVIE_FIELDS = {"title": NAME, "description": [*TEXT, None], "director": DIRECTOR, "genre": GENRES, "duration": MINUTES}
WHOLE_MOVIE = {"title": "a", "description": "d", "release_date": "2000-01-01", "director": "d", "genre": ["g"]}
CANONICAL_MOVIE = {**MOVIE_FIELDS, "release_date": DATE, "favorite": FLAG, "cover_image": FILE}
CLASSIC_MOVIE = {**MOVIE_FIELDS, "released_date": DATE}
COLLECTION = {"title": NAME, "description": [*TEXT, None, ""], "movies": MOVIES}
ACCOUNT = {"username": USERNAME, "password": PASSWORD}


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str  # "{movie}" and "{collection}" stand for alice's own
    valid: dict[str, Any]
    bad: dict[str, list[Any]] = field(default_factory=dict)
    optional: bool = False  # whether an empty body is a request to change nothing

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def changes(path: str, valid: dict[str, Any], bad: dict[str, list[Any]], put_is_patch: bool = False) -> list[Endpoint]:
    put = Endpoint("put", path, valid, bad, optional=put_is_patch)
    return [put, Endpoint("patch", path, valid, bad, optional=True)]


NEW_ACCOUNT = {"username": "eve", "email": "eve@example.com", "password": "password123@"}
LOGIN = {"username": "alice", "password": "correct-horse-battery"}
LIST = {"title": "t", "description": "d", "movies": [{"title": "a"}]}
ENDPOINTS = [
    Endpoint("post", "/api/auth/register/", NEW_ACCOUNT, {**ACCOUNT, "email": EMAIL}),
    Endpoint("post", "/api/auth/register", NEW_ACCOUNT, {**ACCOUNT, "email": EMAIL}),
    Endpoint("post", "/register/", NEW_ACCOUNT, {**ACCOUNT, "email": OPTIONAL_EMAIL, "password2": PASSWORD}),
    Endpoint(
        "post",
        "/account/register/",
        {**NEW_ACCOUNT, "password2": NEW_ACCOUNT["password"]},
        {**ACCOUNT, "email": EMAIL, "password2": PASSWORD},
    ),
    *(
        Endpoint("post", path, LOGIN, {"username": NAME, "password": PASSWORD})
        for path in ("/api/auth/login/", "/api/auth/login", "/login/", "/account/login/")
    ),
    Endpoint("post", "/api/auth/refresh/", {"refresh": "x"}, {"refresh": [*NAME[:8], "", None]}),
    Endpoint(
        "patch", "/api/users/me/", {"username": "eve"}, {"username": USERNAME, "email": OPTIONAL_EMAIL}, optional=True
    ),
    Endpoint(
        "post",
        "/api/users/me/password/",
        {"current_password": LOGIN["password"], "new_password": "kaleidoscope-7"},
        {"current_password": PASSWORD, "new_password": PASSWORD},
    ),
    Endpoint("post", "/api/movies/", WHOLE_MOVIE, CANONICAL_MOVIE),
    *changes("/api/movies/{movie}/", WHOLE_MOVIE, CANONICAL_MOVIE),
    Endpoint("post", "/movies/", WHOLE_MOVIE, CANONICAL_MOVIE),
    *changes("/movies/{movie}/", WHOLE_MOVIE, CANONICAL_MOVIE),
    Endpoint("post", "/api/auth/movies", {"title": "a"}, {"title": NAME, "director": DIRECTOR}),
    Endpoint("post", "/", {"title": "a"}, CLASSIC_MOVIE),
    *changes("/{movie}/", {"title": "a"}, CLASSIC_MOVIE, put_is_patch=True),
    *(
        Endpoint("post", f"{root}{{movie}}/comments/", {"text": "a"}, {"text": [*NAME[:8], "", " ", None]})
        for root in ("/api/movies/", "/movies/")
    ),
    *(
        Endpoint("put", f"{root}{{other}}/rating/", {"rating": 4}, {"rating": STARS})
        for root in ("/api/movies/", "/movies/")
    ),
    *(
        Endpoint("post", path, {"movie": 0, "rating": 4}, {"movie": MOVIE, "rating": STARS})
        for path in ("/api/ratings/", "/api/auth/rating")
    ),
    *(Endpoint("post", path, LIST, COLLECTION) for path in ("/api/collections/", "/collection/")),
    *changes("/api/collections/{collection}/", LIST, COLLECTION, put_is_patch=True),
    *changes("/collection/{collection}/", LIST, COLLECTION, put_is_patch=True),
]
