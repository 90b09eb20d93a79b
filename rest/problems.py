"""The kinds of error that the API knows: one table for `code`, `type` and `title` of problem details, and their pages.

A kind has a code that stays, and a page at `/problems/<code>/`, which `type` names. An app registers its own kinds
beside the exceptions that have their codes. `manage.py check` names every exception whose code is not in the table.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple

from django.urls import get_script_prefix
from rest_framework.exceptions import APIException

NO_KIND = "about:blank"  # the type of what says no more than its status does (RFC 9457, 4.2.1)


class Problem(NamedTuple):
    """One kind of error. `meaning` says when it comes, `advice` what its client can do."""

    code: str
    statuses: tuple[int, ...]
    title: str
    meaning: str
    advice: str


PROBLEMS: dict[str, Problem] = {}


def register(code: str, *statuses: int, title: str, meaning: str, advice: str) -> str:
    """Adds a kind, and returns its code. Raises ValueError where the code has another meaning already."""
    problem = Problem(code, statuses, title, meaning, advice)
    if PROBLEMS.setdefault(code, problem) != problem:
        raise ValueError(f"The code {code!r} is that of two kinds of problem.")
    return code


def by_status() -> list[Problem]:
    return sorted(PROBLEMS.values(), key=lambda problem: (problem.statuses, problem.code))


def type_of(code: str) -> str:
    """The page of a kind, as a path: a reader finds it on the server that answered, whatever that is called there."""
    return f"{get_script_prefix()}problems/{code}/" if code in PROBLEMS else NO_KIND


def title_of(code: str, status: int) -> str:
    return PROBLEMS[code].title if code in PROBLEMS else HTTPStatus(status).phrase


def unregistered() -> Iterator[str]:
    """The exceptions of this process that are no kind of problem, a sentence each."""
    for kind in subclasses(APIException):
        code, status = str(kind.default_code), kind.status_code
        if kind.__module__.startswith("rest_framework.") and code not in PROBLEMS:
            continue  # what nothing here raises
        name = f"{kind.__module__}.{kind.__qualname__}"
        if code not in PROBLEMS:
            yield f"{name} has the code {code!r}, which is no kind of problem: register it with rest.problems.register."
        elif status not in PROBLEMS[code].statuses:
            yield f"{name} is answered with {status}, which rest.problems does not know of {code!r}."


def subclasses(kind: type[APIException]) -> Iterator[type[APIException]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


# --- What any endpoint may answer ------------------------------------------------------------------------------------

INVALID = register(
    "invalid",
    400,
    title="Something that was sent is wrong",
    meaning="Fields of the body or parameters of the query are missing, wrong or unknown. Nothing has changed.",
    advice="`errors` names each of them: `field` and `pointer` say where it is, `detail` what is wrong, and its own "
    "`code` why. Mend them, and send the request again.",
)
PARSE_ERROR = register(
    "parse_error",
    400,
    title="The body cannot be read",
    meaning="The body is not what its Content-Type says: broken JSON, half a form, text that is not UTF-8.",
    advice="Compare the body as it is sent with its Content-Type. `detail` says where reading it failed.",
)
BAD_REQUEST = register(
    "bad_request",
    400,
    title="The request cannot be read",
    meaning="The request line, a header or the address is not valid HTTP, or two of them contradict each other.",
    advice="`detail` says what could not be read. The usual cause is a program that builds its requests by hand, or a "
    "proxy on the way.",
)
INVALID_IDEMPOTENCY_KEY = register(
    "invalid_idempotency_key",
    400,
    title="The Idempotency-Key is none",
    meaning="The key is empty, longer than 255 characters, or has others than visible ASCII characters.",
    advice="Take a UUID.",
)
DISALLOWED_HOST = register(
    "disallowed_host",
    400,
    title="The server does not go by that name",
    meaning="The Host header has a name that this server does not answer to.",
    advice="Use the server's own name. Whoever runs it adds others with the settings ALLOWED_HOSTS or PUBLIC_URL.",
)
NOT_AUTHENTICATED = register(
    "not_authenticated",
    401,
    title="A credential is needed",
    meaning="The address is for those who are logged in, and the request has no credential.",
    advice="Log in, and send `Authorization: Token …` or `Authorization: Bearer …`.",
)
TOKEN_NOT_VALID = register(
    "token_not_valid",
    401,
    title="The credential is refused",
    meaning="The token is not one of this server's, has expired, or its login has ended.",
    advice="Refresh the access token once, or log in again. `WWW-Authenticate` says what is wrong with it.",
)
AUTHENTICATION_FAILED = register(
    "authentication_failed",
    401,
    403,
    title="The credential is refused",
    meaning="The credential could not be looked at.",
    advice="Log in again.",
)
PERMISSION_DENIED = register(
    "permission_denied",
    403,
    title="Not yours to do",
    meaning="The credential is good, and its user may not do this: it belongs to somebody else, or takes a role.",
    advice="Sending it again changes nothing. Ask the owner, or the staff of the server.",
)
INSUFFICIENT_SCOPE = register(
    "insufficient_scope",
    403,
    title="The token's scopes do not reach",
    meaning="The personal access token is good, but may not do this.",
    advice="`WWW-Authenticate` names the scope that would do. Make a token that has it, or log in where it names none.",
)
NOT_FOUND = register(
    "not_found",
    404,
    title="There is no such thing",
    meaning="Nothing is at this address, or nothing that this caller may know of; or the list has no such page.",
    advice="Look at the address. What was there may have been deleted. Another user's collection is answered so, too.",
)
METHOD_NOT_ALLOWED = register(
    "method_not_allowed",
    405,
    title="The address does not take this method",
    meaning="The address is right, and does not know the method that was used.",
    advice="`Allow` names the methods that it takes.",
)
register(
    "not_acceptable",
    406,
    title="There is no such form of the answer",
    meaning="The answer cannot be given in the form that was asked for.",
    advice="Ask for JSON.",
)
QUOTA_REACHED = register(
    "quota_reached",
    409,
    title="The account has as many as it may",
    meaning="An account keeps or adds no more of these; nothing has changed. `detail` says how many, and until when.",
    advice="Delete what is no longer needed or, where it is a number a day, go on later.",
)
IDEMPOTENCY_KEY_IN_USE = register(
    "idempotency_key_in_use",
    409,
    title="The first request with this key is being answered",
    meaning="A request with the same Idempotency-Key has not been answered yet. This one has done nothing.",
    advice="Send the same request again after `Retry-After` seconds: it gets the answer of the first one.",
)
LENGTH_REQUIRED = register(
    "length_required",
    411,
    title="The body's length is missing",
    meaning="The body was sent in chunks, without saying how long it is.",
    advice="Send Content-Length.",
)
PRECONDITION_FAILED = register(
    "precondition_failed",
    412,
    title="The condition does not hold",
    meaning="`If-Match` names another state than the present one, or `If-None-Match` names what is there. Nothing has "
    "changed.",
    advice="Read the address again, look at what others have changed meanwhile, and send the change with the tag that "
    "the answer has (`ETag`; the 412 has it, too).",
)
TOO_LARGE = register(
    "too_large",
    413,
    title="The body is too large",
    meaning="The body is longer than the server takes. `detail` says how long it may be.",
    advice="Send less. A picture can be made smaller.",
)
QUOTA_FULL = register(
    "quota_full",
    413,
    title="The account would keep more than it may",
    meaning="With this, the account would keep more bytes of pictures or text than it may; nothing has changed.",
    advice="Delete what is no longer needed, or send less.",
)
QUERY_TOO_LONG = register(
    "query_too_long",
    414,
    title="The query is too long",
    meaning="The links to the other pages repeat the query, and would be longer than any client reads.",
    advice="Ask with fewer or shorter parameters.",
)
UNSUPPORTED_MEDIA_TYPE = register(
    "unsupported_media_type",
    415,
    title="Bodies of this type are not taken",
    meaning="The Content-Type of the body is none that the address takes.",
    advice="Send application/json or, where the documentation says so, a form.",
)
UNSUPPORTED_CONTENT_ENCODING = register(
    "unsupported_content_encoding",
    415,
    title="Bodies are not taken compressed",
    meaning="The body has a Content-Encoding.",
    advice="Send it as it is.",
)
EXPECTATION_FAILED = register(
    "expectation_failed",
    417,
    title="The expectation is not met",
    meaning="The Expect header has something else than `100-continue`.",
    advice="Leave the header out.",
)
IDEMPOTENCY_KEY_REUSED = register(
    "idempotency_key_reused",
    422,
    title="The key belongs to another request",
    meaning="This Idempotency-Key came with another method, address or body before. Nothing has been done.",
    advice="Take a new key for each new intention, and the same one only for the very same request.",
)
THROTTLED = register(
    "throttled",
    429,
    title="Too many requests",
    meaning="The caller has had as many requests of this kind as there are in a while.",
    advice="`Retry-After` says in how many seconds to come back, `RateLimit` how many there are.",
)
HEADERS_TOO_LONG = register(
    "headers_too_long",
    431,
    title="The headers are too long",
    meaning="The request line and the headers are longer together than the server reads.",
    advice="Send a shorter address, and no more headers than needed.",
)
INTERNAL_ERROR = register(
    "internal_error",
    500,
    title="The server has failed",
    meaning="Something went wrong that nobody has foreseen. The server's log has it under the `request_id`.",
    advice="Tell whoever runs the server the `request_id`. A change may or may not have been made: look before sending "
    "it again, or send it with an Idempotency-Key, which makes that safe.",
)
NOT_IMPLEMENTED = register(
    "not_implemented",
    501,
    title="The server cannot do that",
    meaning="The request uses a part of HTTP that this server does not know, such as another Transfer-Encoding.",
    advice="Leave it out.",
)
BUSY = register(
    "busy",
    503,
    title="Too much at the moment",
    meaning="What was asked for costs much, and as many as may are at it. Nothing has changed.",
    advice="Send the same request again after `Retry-After` seconds.",
)
TOO_SLOW = register(
    "too_slow",
    503,
    title="Reading this took too long",
    meaning="The list could not be read in the time that a list has.",
    advice="`detail` names the parameters that may have made it slow: ask without them, or from page to page.",
)
DATABASE_UNAVAILABLE = register(
    "database_unavailable",
    503,
    title="The database does not answer",
    meaning="The server is there, and what it keeps everything in is not: it is being started anew, or out of reach.",
    advice="Send the same request again after `Retry-After` seconds. A change was not made, unless its very last step "
    "got no answer: an Idempotency-Key makes sending it again safe.",
)
DATABASE_BUSY = register(
    "database_busy",
    503,
    title="Others were writing for too long",
    meaning="What this request needs was held by others for longer than it waits. Nothing has changed.",
    advice="Send the same request again after `Retry-After` seconds.",
)
READ_ONLY = register(
    "read_only",
    503,
    title="Nothing can be written at the moment",
    meaning="The disk or the database takes no changes. Nothing has changed; what can be read is read.",
    advice="Send the same request again later. Whoever runs the server finds the reason in its log.",
)
INSUFFICIENT_STORAGE = register(
    "insufficient_storage",
    507,
    title="The server's disk is full",
    meaning="There is no room for what was sent. Nothing has changed.",
    advice="Send the same request again later. Whoever runs the server has to make room.",
)
VERSION_NOT_SUPPORTED = register(
    "version_not_supported",
    505,
    title="The server does not speak this version of HTTP",
    meaning="The request line has a version other than HTTP/1.1 and HTTP/1.0.",
    advice="Use HTTP/1.1.",
)
OF_REFUSALS = {
    413: TOO_LARGE,
    417: EXPECTATION_FAILED,
    431: HEADERS_TOO_LONG,
    501: NOT_IMPLEMENTED,
    505: VERSION_NOT_SUPPORTED,
    507: INSUFFICIENT_STORAGE,
}  # by status, what the server's worker refuses; BAD_REQUEST for any other
