"""The machinery of the Swagger document: what is missing is named, and what a new dialect or field says is shown."""

from typing import Any, ClassVar

import pytest
from drf_yasg import openapi
from rest_framework.viewsets import ViewSet

from rest.dialects import Dialect
from rest.errors import ErrorShape
from rest.swagger.errors import error_response
from rest.swagger.operations import (
    NO_CONTENT,
    Body,
    Heading,
    Operation,
    Success,
    heading_of,
    summary_and_description,
    what_is_missing,
)
from rest.swagger.shapes import from_json_schema


class Rockets(ViewSet):
    """A viewset of no app."""

    operations: ClassVar[dict[str, Operation]] = {
        "launch": Operation(NO_CONTENT),
        "count": Operation({200: Success()}),
        "paint": Operation(NO_CONTENT, Body()),
    }
    dialect = "api"

    def launch(self) -> None:
        """Launch the rocket. It flies
        to the moon.

        Or as JSON:

        ```json
        {"a": 1,
         "b": 2}
        ```
        """

    def count(self) -> None:
        """Count down."""

    def paint(self) -> None:
        """Paint it."""

    def explode(self) -> None:
        pass


def view(action: str) -> Any:
    rockets = Rockets()
    rockets.action = action
    return rockets


# --- Docstrings ---


def test_the_first_sentence_of_a_docstring_is_the_summary_and_the_rest_the_description():
    summary, description = summary_and_description(Rockets.launch.__doc__)
    assert summary == "Launch the rocket"
    assert description == 'It flies to the moon.\n\nOr as JSON:\n\n```json\n{"a": 1,\n "b": 2}\n```'


@pytest.mark.parametrize("docstring", ["Land", "Land."])
def test_a_docstring_of_one_sentence_has_no_description(docstring: str):
    assert summary_and_description(docstring) == ("Land", "")


# --- What is missing ---


def test_an_endpoint_that_is_described_misses_nothing():
    rockets = view("launch")
    rockets.heading = Heading("rockets", "They fly.")
    assert list(what_is_missing(rockets)) == []


def test_all_that_is_missing_is_said_at_once_with_the_names_and_what_to_do():
    docstring, heading, operation = what_is_missing(view("explode"))
    assert docstring.startswith("Rockets.explode() has no docstring: write one")
    assert heading.startswith("Rockets has no `heading`: set it on the class")
    assert operation.startswith(
        "Rockets.operations has no 'explode': add it, with an example, in the `swagger` module of"
    )


@pytest.mark.parametrize(("action", "part"), [("count", "Success for 200"), ("paint", "Body")])
def test_a_missing_example_is_named(action: str, part: str):
    assert f"Rockets.operations['{action}'] has no example in its {part}: give one." in what_is_missing(view(action))


# --- Dialects ---


def test_a_dialect_with_a_heading_has_all_its_operations_below_it(settings: Any):
    settings.DIALECTS = {"nasa": Dialect("nasa", errors="", heading="nasa (document 9)", description="Rockets.")}
    rockets = view("launch")
    rockets.dialect = "nasa"
    assert heading_of(rockets) == Heading("nasa (document 9)", "Rockets.")


class Shouting(ErrorShape):
    media_type = "application/shout+json"

    @staticmethod
    def body(status_code: int, data: Any, instance: str) -> Any:
        return {"oh": data["detail"].upper()}

    @staticmethod
    def schema(data: Any) -> tuple[str, dict[str, Any]]:
        return "Shout", {"type": "object", "properties": {"oh": {"type": "string"}}, "required": ["oh"]}


def test_an_error_body_of_a_new_dialect_is_shown_as_it_is_with_its_own_schema():
    definitions = openapi.ReferenceResolver("definitions", force_init=True)
    data = {"detail": "Not found."}
    response = error_response(Shouting, 404, data, "/moon/", definitions.with_scope("definitions"))
    assert response["examples"] == {"application/shout+json": {"oh": "NOT FOUND."}}
    assert response["schema"]["allOf"][0]["$ref"] == "#/definitions/Shout"
    assert definitions.get("Shout", "definitions")["properties"]["oh"]["type"] == "string"


# --- Fields ---


def test_a_json_schema_keeps_its_parts_at_every_depth():
    schema = from_json_schema(
        {
            "type": "object",
            "properties": {"sizes": {"type": "array", "items": {"type": "number", "multipleOf": 0.5}}},
            "additionalProperties": {"type": "string", "x-nullable": True},
        }
    )
    assert schema["properties"]["sizes"]["items"] == {"type": "number", "multipleOf": 0.5}
    assert schema["additionalProperties"] == {"type": "string", "x-nullable": True}
