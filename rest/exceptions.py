"""API errors that REST framework lacks, for any app."""

from collections.abc import Sequence

from django.http import HttpRequest
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from rest import problems

SCHEMES = {"token": "Token", "bearer": "Bearer"}  # of the Authorization header: either word with either credential
CHALLENGE = 'Token realm="Marquee", Bearer realm="Marquee"'


def scheme_of(request: HttpRequest | Request) -> str | None:
    """The scheme of the Authorization header; None without one that is ours."""
    words = request.META.get("HTTP_AUTHORIZATION", "").split(None, 1)
    return SCHEMES.get(words[0].lower()) if words else None


class CredentialRefused(APIException):
    """What a credential is answered that does not do. `auth_header` is where REST framework looks for a challenge."""

    status_code: int = status.HTTP_401_UNAUTHORIZED
    default_code = problems.TOKEN_NOT_VALID
    auth_header: str

    def challenge(self, scheme: str) -> str:
        """What `WWW-Authenticate` says of it (RFC 6750, section 3) to a client that used `scheme`."""
        raise NotImplementedError


class TokenNotValid(CredentialRefused):
    """401 for a credential that is refused. Clients renew on its code.

    No AuthenticationFailed, of which REST framework makes a 403 where no credential is looked at, as when refreshing.
    """

    def __init__(self, description: str) -> None:
        self.description = description
        super().__init__({"detail": description, "code": self.default_code})

    def challenge(self, scheme: str) -> str:
        return f'{scheme} realm="Marquee", error="invalid_token", error_description="{self.description}"'


class InsufficientScope(CredentialRefused):
    """403 for a token whose scopes do not reach. Without a `scope` none would do: it takes a login."""

    status_code = status.HTTP_403_FORBIDDEN
    default_code = problems.INSUFFICIENT_SCOPE

    def __init__(self, scope: str = "") -> None:
        self.scope = scope
        super().__init__(f"This token lacks the scope {scope}." if scope else "No token may do this: log in.")

    def challenge(self, scheme: str) -> str:
        scope = f', scope="{self.scope}"' if self.scope else ""
        return f'{scheme} realm="Marquee", error="insufficient_scope", error_description="{self.detail}"{scope}'


class ContentTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = problems.TOO_LARGE


class QuotaReached(APIException):
    """409 where an account has as many of something as it may."""

    status_code = status.HTTP_409_CONFLICT
    default_code = problems.QUOTA_REACHED


class StorageFull(ContentTooLarge):
    """413 where an account would keep more bytes than it may."""

    default_code = problems.QUOTA_FULL


class LengthRequired(APIException):
    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = "The body's length is missing: send Content-Length instead of a chunked body."
    default_code = problems.LENGTH_REQUIRED


class UnsupportedContentEncoding(APIException):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_detail = "The body is encoded: send it as it is."
    default_code = problems.UNSUPPORTED_CONTENT_ENCODING


class QueryTooLong(APIException):
    status_code = status.HTTP_414_REQUEST_URI_TOO_LONG
    default_detail = "The query is too long to be repeated in the links to the other pages."
    default_code = problems.QUERY_TOO_LONG


class Busy(APIException):
    """503 where what was asked for costs much and others are at it. `wait` is for `Retry-After`, in seconds."""

    status_code: int = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The server is busy with requests of this kind. Try again in a few seconds."
    default_code = problems.BUSY
    wait = 5


class DatabaseUnavailable(Busy):
    """503 while the database does not answer."""

    default_detail = "The database cannot be reached at the moment, and nothing was done. Try again in a few seconds."
    default_code = problems.DATABASE_UNAVAILABLE
    wait = 2


class DatabaseBusy(Busy):
    """503 where others have held for too long what this request needs."""

    default_detail = "Others were writing the same for too long, and nothing was done. Try again in a few seconds."
    default_code = problems.DATABASE_BUSY
    wait = 2


class DatabaseReadOnly(Busy):
    """503 where nothing can be written: a disk that is read-only, or a standby."""

    default_detail = "Nothing can be written at the moment, and nothing was done."
    default_code = problems.READ_ONLY
    wait = 30


class InsufficientStorage(Busy):
    """507 where the disk is full."""

    status_code = status.HTTP_507_INSUFFICIENT_STORAGE
    default_detail = "The server's disk is full, and nothing was done."
    default_code = problems.INSUFFICIENT_STORAGE
    wait = 60


class ReadTooSlow(Busy):
    """503 where reading took longer than `seconds`. It names the `parameters` that may have made it slow."""

    default_code = problems.TOO_SLOW
    wait = 30

    def __init__(self, seconds: float, parameters: Sequence[str]) -> None:
        names = " or ".join(f"`{name}`" for name in parameters)
        advice = f"leave out {names}" if names else "go on from page to page by the link `next`"
        super().__init__(
            f"This took longer than {seconds:g} seconds to read, and was given up. Ask for less: {advice}."
        )
