"""The kind of problem that only movies have."""

from rest.problems import register

CANNOT_RATE = register(
    "cannot_rate",
    403,
    title="This movie cannot be rated by you",
    meaning="Nobody rates a movie that they added; and where ratings are only added, nobody rates a movie twice.",
    advice="A rating of yours is replaced by PUT at the movie's own `rating/`.",
)
