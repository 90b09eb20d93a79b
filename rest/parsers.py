"""Strict parsers of request bodies: what cannot be understood exactly is a 400 that says why.

DRF's own parsers let four things through: nesting deep enough to exhaust the stack, numbers beyond any float, bytes
that are not UTF-8 (replaced silently in forms), and multipart bodies of which the end is missing.
"""

import json
import math
from typing import IO, Any
from urllib.parse import parse_qsl

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from rest.exceptions import ContentTooLarge

MAX_NAME = 200  # characters in the name of a form's field


def finite_float(text: str) -> float:
    """Raises ValueError for a number beyond any float, which float() takes for infinity."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"number out of range: {text[:40]}")
    return number


def refuse_constant(name: str) -> float:
    """Raises ValueError for NaN and Infinity, which json.loads would take."""
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


def check_name(name: str) -> None:
    """Raises ParseError for a name too long to echo, or to hold a list's index (`movies[0]title`), which is parsed."""
    if len(name) > MAX_NAME:
        raise ParseError(f"Form parse error - the name of a field is too long: {name[:40]}…")


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
            check_name(name)
            form.appendlist(name, value)
        return form


class WatchedStream:
    """A multipart body that watches for its closing delimiter: `is_complete` is true once it was read."""

    def __init__(self, stream: IO[bytes], boundary: str) -> None:
        self.stream = stream
        self.delimiter = b"\n--" + boundary.encode("latin-1", "replace") + b"--"
        self.tail = b"\n"  # a body may begin with a delimiter
        self.is_complete = False

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        seen = self.tail + chunk
        self.is_complete = self.is_complete or self.delimiter in seen
        self.tail = seen[-len(self.delimiter) :]
        return chunk


class StrictMultiPartParser(MultiPartParser):
    """`multipart/form-data` in UTF-8 and complete. The body limit caps text and files together.

    Django accepts a body without its end, and replaces what is not UTF-8. So it is told to read Latin-1, which loses
    nothing, and the text is decoded here.
    """

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> "DataAndFiles[Any, Any]":
        watched = WatchedStream(stream, parse_header_parameters(media_type or "")[1].get("boundary", ""))
        try:
            parsed = super().parse(
                watched,  # type: ignore[arg-type]  # Django's parser calls read() and nothing else
                media_type,
                {**(parser_context or {}), "encoding": "latin-1"},
            )
        except SuspiciousOperation as error:
            raise ContentTooLarge(f"Multipart form parse error - {error}") from error
        if not watched.is_complete:
            raise ParseError("Multipart form parse error - the body ends before its closing boundary")
        return DataAndFiles(self.decoded(parsed.data), parsed.files)

    def decoded(self, data: MultiValueDict[str, str]) -> QueryDict:
        """The form's text, from Latin-1 to UTF-8. Raises ParseError."""
        form = QueryDict(mutable=True)
        for name, values in data.lists():
            try:
                name = name.encode("latin-1").decode("utf-8")
                check_name(name)
                form.setlist(name, [value.encode("latin-1").decode("utf-8") for value in values])
            except UnicodeDecodeError as error:
                raise ParseError(f"Multipart form parse error - {name[:100]}: not valid UTF-8") from error
        return form
