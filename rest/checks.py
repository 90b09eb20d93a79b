"""System checks: `manage.py check`, and whatever command runs before the server starts, fail on these."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from rest import problems
from rest.errors import wrong_error_shapes
from rest.fast_path import routes, stack


@register()
def the_fast_path_passes_nothing_by(**kwargs: Any) -> list[CheckMessage]:
    return [
        *(Error(sentence, id="rest.E001") for sentence in stack.objections()),
        *(Error(sentence, id="rest.E002") for sentence in routes.objections()),
    ]


@register()
def every_dialect_has_an_error_shape(**kwargs: Any) -> list[CheckMessage]:
    return [Error(sentence, id="rest.E003") for sentence in wrong_error_shapes()]


@register()
def every_error_is_a_kind_of_problem(**kwargs: Any) -> list[CheckMessage]:
    return [Error(sentence, id="rest.E004") for sentence in problems.unregistered()]


@register()
def somebody_says_who_comes_by_https(**kwargs: Any) -> list[CheckMessage]:
    if not settings.PUBLIC_URL.startswith("https:") or settings.TRUSTED_PROXIES:
        return []
    sentence = "PUBLIC_URL is https, but TRUSTED_PROXIES is 0, so nobody is believed who says that a client came by it."
    hint = "Plain HTTP is not redirected and there is no HSTS. Set TRUSTED_PROXIES to the number of proxies in front."
    return [Warning(sentence, hint=hint, id="rest.W001")]
