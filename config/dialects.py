"""The table of dialects: settings, errors, Swagger and tests read their names here and nowhere else.

`config/urls.py` says where each is mounted.
"""

from rest.dialects import Dialect

PROBLEM_DETAILS, DRF_ERRORS = "rest.errors.ProblemDetails", "rest.errors.DRFErrors"
CANONICAL = "api"

TABLE = [
    # Its viewsets have headings of their own.
    Dialect(CANONICAL, errors=PROBLEM_DETAILS, prefix="/api/v1/", is_strict=True),
    Dialect(
        "classic",
        errors=DRF_ERRORS,
        heading="classic (document 000)",
        description="Accounts below `/account/`, movies at `/`. Lists are whole arrays.",
    ),
    Dialect(
        "compact",
        errors=DRF_ERRORS,
        heading="compact (document 001)",
        description="Everything below `/api/auth/`, without slashes at the end. Lists are whole "
        "arrays, the oldest first.",
    ),
    Dialect(
        "community",
        errors=DRF_ERRORS,
        heading="community (document 002)",
        description="Accounts, movies, likes and comments at the root. Movies are in an envelope; search, "
        "genre and comments are whole arrays.",
    ),
    Dialect(
        "showcase",
        errors=DRF_ERRORS,
        heading="showcase (document 003)",
        description="Everything below `/api/`: accounts, movies, favourites. Lists are whole arrays; directors "
        "and genres are plain text.",
        prefix="/api/",
    ),
    Dialect(
        "collector",
        errors=DRF_ERRORS,
        heading="collector (document 004)",
        description="Collections and the request counter at the root. Registering and logging in are shared with "
        "community.",
    ),
]
