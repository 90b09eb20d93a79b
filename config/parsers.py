"""Request bodies, parsed without forgiveness: what cannot be understood exactly is a 400 that says why.

DRF's own parsers let three things through: nesting deep enough to exhaust the stack, numbers beyond any float, and
bytes that are not UTF-8 (replaced silently in forms).
"""

import json
import math
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import parse_qsl

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from config.exceptions import ContentTooLarge


def finite_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"number out of range: {text[:40]}")
    return number


def refuse_constant(name: str) -> float:
    raise ValueError(f"not a JSON number: {name}")


class StrictJSONParser(BaseParser):
    """JSON in UTF-8: finite numbers only, and no nesting beyond what the interpreter can follow."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(stream.read().decode("utf-8"), parse_float=finite_float, parse_constant=refuse_constant)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error


class StrictFormParser(BaseParser):
    """`application/x-www-form-urlencoded` in UTF-8."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> QueryDict:
        form = QueryDict(mutable=True)
        try:
            pairs = parse_qsl(
                stream.read().decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=1000
            )
        except ValueError as error:
            raise ParseError(f"Form parse error - {error}") from error
        for name, value in pairs:
            form.appendlist(name, value)
        return form


class StrictMultiPartParser(MultiPartParser):
    """`multipart/form-data` in UTF-8; text and files together are capped by the body limit."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except SuspiciousOperation as error:
            raise ContentTooLarge(f"Multipart form parse error - {error}") from error
        self.refuse_broken_text(parsed.data)
        return parsed

    def refuse_broken_text(self, data: Mapping[str, Any]) -> None:
        # Django decodes the parts with errors="replace", so a replacement character is what broken bytes become.
        for name in data:
            if any("\ufffd" in value for value in data.getlist(name)):  # type: ignore[attr-defined]
                raise ParseError(f"Multipart form parse error - {name[:100]}: not valid UTF-8")
