"""Query parameters: numbers among them."""

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from rest.dialects import is_strict


def positive_number(request: Request, name: str, *, default: int, most: int) -> int:
    """The whole number from 1 that the parameter says; more than `most` is taken as `most`.

    One that is no such number is the default, or ValidationError where the dialect is strict.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    digits = text.lstrip("0") if text.isascii() and text.isdecimal() else ""
    if digits:
        return min(int(digits), most) if len(digits) < 10 else most
    if is_strict(request.version):
        raise ValidationError({name: [f"Must be a whole number from 1 to {most}."]}, code="invalid")
    return default
