"""`Idempotency-Key`: what a client sends twice, because it got no answer the first time, is done once.

The key, what is written and the answer are one transaction: after a crash there is all of it or nothing. A retry gets
the same status, body and headers, and `Idempotency-Replayed: true`. A key is the caller's own, and kept for KEPT_FOR.
"""

import re
import threading
from collections.abc import Callable
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import parse_header_parameters
from django.utils.module_loading import import_string
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from metrics.addresses import client_network
from metrics.models import KeptAnswer
from rest import problems
from rest.cleaning import Cleaning
from rest.database.locks import turn_within
from rest.database.undo import undoable
from rest.dialects import dialect_of
from rest.environ import remade
from rest.errors import plain_error

KEY_HEADER, REPLAYED = "HTTP_IDEMPOTENCY_KEY", "Idempotency-Replayed"
METHODS = {"POST", "PUT", "PATCH", "DELETE"}
VALID_KEY = re.compile(r"[\x21-\x7e]{1,255}")
NO_KEY = "Idempotency-Key is not 1 to 255 visible ASCII characters."
OTHERS_KEY = "This Idempotency-Key was sent with another request."
CHUNK = 65_536  # bytes
IN_MEMORY = 512 * 1024  # bytes of a body; a longer one waits in a file
KEY_IN_USE = "The first request with this Idempotency-Key has not been answered yet: send it again in a moment."
WAIT_SECONDS = 3  # for the first request with the same key: less than settings.DATABASE_SECONDS
WAITING = threading.BoundedSemaphore(max(1, settings.THREADS // 2))
COME_AGAIN_SECONDS = 2
cleaning = Cleaning(lambda: KeptAnswer.objects.delete_expired())


class IdempotencyMiddleware:
    """Answers a change that has a key: from what is kept, or by doing it and keeping the answer.

    Kept is what succeeded. After an error, or where the request is sent to another address, the key is free again, so
    that the same request may be tried once more. An answer that nobody may store (`no-store`), since it holds secrets,
    is not kept either: logging in is done each time, and in no transaction, because a password takes long to hash.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.META.get(KEY_HEADER)
        if key is None or request.method not in METHODS or dialect_of(request) is None:
            return self.get_response(request)
        if not VALID_KEY.fullmatch(key):
            return plain_error(request, 400, NO_KEY, problems.INVALID_IDEMPOTENCY_KEY)
        if is_secret(request):
            return self.get_response(request)
        try:
            caller, user_id = caller_of(request)
        except APIException:
            return self.get_response(request)  # where the credential is looked at, it is refused
        cleaning.now_and_then()
        key_digest = sha256(f"{caller}\n{key}".encode()).hexdigest()
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            again, request_digest = repeatable(request, body)
            with undoable():
                if not is_alone(key_digest):
                    return in_use(request)
                kept, is_new = KeptAnswer.objects.claim(
                    key_digest, request_digest=request_digest, caller=caller, user_id=user_id
                )
                if is_new:
                    return self.answer(again, kept)
        if kept.request_digest != request_digest:
            return plain_error(request, 422, OTHERS_KEY, problems.IDEMPOTENCY_KEY_REUSED)
        return replayed(kept)

    def answer(self, request: HttpRequest, kept: KeptAnswer) -> HttpResponse:
        """Does what is asked, and keeps the answer where it succeeded."""
        response = self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif response.status_code >= 300 or response.streaming or "no-store" in response.get("Cache-Control", ""):
            kept.delete()
        else:
            kept.status, kept.headers, kept.body = response.status_code, dict(response.headers), response.content
            KeptAnswer.objects.keep(kept)
        return response


def is_alone(key_digest: str) -> bool:
    """Whether nobody else is at the request with that key: at once, or after WAIT_SECONDS at most.

    Whoever waits holds a thread, so few of a process do. On SQLite the transaction has waited.
    """
    number = int.from_bytes(bytes.fromhex(key_digest)[:8], signed=True)
    if turn_within(number, 0):
        return True
    if not WAITING.acquire(blocking=False):
        return False
    try:
        return turn_within(number, WAIT_SECONDS)
    finally:
        WAITING.release()


def in_use(request: HttpRequest) -> HttpResponse:
    return come_again(plain_error(request, 409, KEY_IN_USE, problems.IDEMPOTENCY_KEY_IN_USE))


def come_again(response: HttpResponse) -> HttpResponse:
    response.headers["Retry-After"] = str(COME_AGAIN_SECONDS)
    return response


def is_secret(request: HttpRequest) -> bool:
    """Whether the answer will be one of the `secret_actions` of its view."""
    try:
        handler: Any = resolve(request.path_info).func
    except Resolver404:
        return False
    action = getattr(handler, "actions", {}).get((request.method or "").lower())
    return action in getattr(getattr(handler, "cls", None), "secret_actions", ())


def replayed(kept: KeptAnswer) -> HttpResponse:
    """The kept answer, which says that it is one."""
    response = HttpResponse(bytes(kept.body), status=kept.status)
    del response.headers["Content-Type"]  # which an answer without a body does not have
    for name, value in {**kept.headers, REPLAYED: "true"}.items():
        response.headers[name] = value
    return response


def caller_of(request: HttpRequest) -> tuple[str, int | None]:
    """Whose key it is: a user's, by whichever credential, or a network's. Raises what refuses the credential."""
    kinds = map(import_string, settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"])
    user = Request(request, authenticators=[kind() for kind in kinds]).user
    if user.is_authenticated:
        return f"user:{user.pk}", user.pk
    return f"address:{client_network(request)}", None


def repeatable(request: HttpRequest, body: IO[bytes]) -> tuple[WSGIRequest, str]:
    """The request with its body in `body`, where it can be read again, and a digest of all that it asks."""
    kind, parameters = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    digest = sha256(f"{request.method} {request.get_full_path()} {kind}\n".encode())
    while chunk := request.read(CHUNK):
        body.write(chunk)
    body.seek(0)
    # Whoever sends a form again puts another boundary between its parts.
    boundary = f"--{parameters['boundary']}".encode() if "boundary" in parameters else None
    for line in body:
        if boundary is None or not line.startswith(boundary):
            digest.update(line)
    body.seek(0)
    return remade(request, **{"wsgi.input": body}), digest.hexdigest()
