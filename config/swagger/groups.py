"""The headings of the document, in the order in which it shows them: the canonical API, then the documents."""

from movies.views.feedback import FeedbackActions

CLASSIC = "classic (document 000)"
COMPACT = "compact (document 001)"
COMMUNITY = "community (document 002)"
COLLECTOR = "collector (document 004)"

GROUPS = {
    "api · accounts": "Registering, logging in and out, your profile, the list of users (document 003 and more).",
    "api · movies": "The catalogue: movies, search, rankings, directors and genres (document 003 and more).",
    "api · feedback": "What people say about movies: favourites, likes, comments and ratings.",
    "api · collections": "Your collections of movies. Nobody else sees them.",
    "api · request counter": "How many requests the server has answered.",
    CLASSIC: "Accounts below `/account/`, movies at `/`. Lists are bare arrays.",
    COMPACT: "Everything below `/api/auth/`, without slashes at the end. Lists are bare arrays.",
    COMMUNITY: "Accounts, movies, likes and comments at the root. Lists are in an envelope.",
    COLLECTOR: "Collections and the request counter at the root. Registering and logging in are shared with community.",
}

CANONICAL_GROUPS = {
    "auth": "api · accounts",
    "user": "api · accounts",
    "movie": "api · movies",
    "director": "api · movies",
    "genre": "api · movies",
    "comment": "api · feedback",
    "rating": "api · feedback",
    "collection": "api · collections",
    "request-count": "api · request counter",
}

TAGS = [{"name": name, "description": description} for name, description in GROUPS.items()]


def tags_of(dialect: str, basename: str, action: str) -> list[str]:
    """The headings of an operation. Documents 002 and 004 share their registration and login."""
    if dialect == "api":
        is_feedback = basename == "movie" and hasattr(FeedbackActions, action)
        return ["api · feedback" if is_feedback else CANONICAL_GROUPS[basename]]
    if dialect == "community" and basename == "auth" and action != "logout":
        return [COMMUNITY, COLLECTOR]
    return [{"classic": CLASSIC, "compact": COMPACT, "community": COMMUNITY, "collector": COLLECTOR}[dialect]]
