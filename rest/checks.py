"""System checks: `manage.py check`, and whatever command runs before the server starts, fail on these."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

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
