"""Opening, renewing and ending logins."""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest

from accounts import events, tokens
from accounts.exceptions import InvalidCredentials
from accounts.models import Credential, Session, User
from accounts.services.authentication import authenticate_caller
from metrics.addresses import recognisable_network
from rest.exceptions import TokenNotValid


@dataclass(frozen=True)
class Credentials:
    """What a login hands out, once: the opaque token and the two signed ones."""

    user: User
    token: str
    access: str
    refresh: str


@dataclass(frozen=True)
class SignedPair:
    """A new access token and the refresh token for the next pair, both signed."""

    access: str
    refresh: str


@transaction.atomic
def open_session(*, user: User, request: HttpRequest | None = None) -> Credentials:
    """A new login of `user`, who sent `request`; its secrets are in the result and nowhere else.

    Raises InvalidCredentials for an account that has just been deleted.
    """
    token = Session.new_token()
    times = Session.objects.times_of_use()
    if not User.objects.filter(pk=user.pk).update(last_login=times["last_used_at"]):
        raise InvalidCredentials
    session = Session.objects.create(
        user=user,
        token_digest=Session.digest(token),
        password_digest=Session.digest(user.password),
        second_factor=user.passed_second_factor,
        **(origin_of(request) if request else {}),
        **times,
    )
    return Credentials(user, token, tokens.access_token(session), tokens.refresh_token(session, 0))


def origin_of(request: HttpRequest) -> dict[str, str]:
    """The columns by which the owner recognises a login."""
    return {
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:200],
        "network": recognisable_network(request),
    }


def log_in(*, request: HttpRequest, username: str, password: str, otp: str = "") -> Credentials:
    """Opens a login. Raises what authenticate_caller() raises."""
    user = authenticate_caller(request=request, username=username, password=password, otp=otp)
    return open_session(user=user, request=request)


def refresh(*, request: HttpRequest, refresh_token: str) -> SignedPair:
    """A new pair for `refresh_token`, which works until a successor has been used.

    Simultaneous calls with one token all succeed and get successors of one generation. Raises TokenNotValid for a token
    that is forged, expired or older than one that has been used, and for a login that has ended. An older one ends its
    login: two people have held it, and nobody can say which of them is the owner.
    """
    session_id, generation = tokens.read_refresh_token(refresh_token)
    session = Session.objects.with_user().filter(pk=session_id).first()
    if session is None or not session.is_alive:
        raise TokenNotValid("The login has ended.")
    if not Session.objects.use_refresh_token(session_id=session_id, generation=generation):
        if Session.objects.end_where_spent(session_id=session_id, generation=generation):
            events.record("refresh_reused", user=session.user, request=request, session=session_id)
        raise TokenNotValid("A newer refresh token has been used, or the login has ended.")
    return SignedPair(tokens.access_token(session), tokens.refresh_token(session, generation + 1))


def log_out(*, request: HttpRequest, credential: Credential) -> None:
    """Ends the login, or the personal access token, that the request came with."""
    type(credential)._default_manager.filter(pk=credential.pk).delete()
    events.record("logout", user=credential.user, request=request, kind=credential._meta.model_name)


def end_session(*, request: HttpRequest, session: Session) -> None:
    """Ends one login: its token, its access and its refresh token are dead from then on."""
    Session.objects.filter(pk=session.pk).delete()
    events.record("session_ended", user=session.user, request=request, session=session.pk)


def end_other_sessions(*, request: HttpRequest, session: Session) -> None:
    """Ends all logins of the user but this one."""
    ended, _ = Session.objects.filter(user=session.user).exclude(pk=session.pk).delete()
    events.record("sessions_ended", user=session.user, request=request, ended=ended)
