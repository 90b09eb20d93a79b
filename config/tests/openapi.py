"""Reading the Swagger document in tests: its operations, and its schemas as strict JSON schemas."""

from dataclasses import dataclass
from typing import Any

from rest.swagger.generator import document

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
DOCUMENT = document().as_dict()


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    about: dict[str, Any]

    def __str__(self) -> str:
        return self.about["operationId"]

    @property
    def dialect(self) -> str:
        return self.about["operationId"].partition("_")[0]

    @property
    def name(self) -> str:
        """What it does in any dialect: "movie_list"."""
        return self.about["operationId"].partition("_")[2]

    @property
    def responses(self) -> dict[int, dict[str, Any]]:
        return {int(code): response for code, response in self.about["responses"].items()}

    @property
    def successes(self) -> list[int]:
        """The later ones are for what comes first: 201 for a first like, 200 for a second."""
        return sorted((code for code in self.responses if code < 300), reverse=True)

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of a JSON body."""
        return next((one["schema"] for one in self.about["parameters"] if one["in"] == "body"), None)

    @property
    def needs_credential(self) -> bool:
        return bool(self.about["security"]) and {} not in self.about["security"]

    @property
    def takes_credential(self) -> bool:
        return bool(self.about["security"])

    def parameters(self, where: str) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.about["parameters"] if one["in"] == where}


OPERATIONS = [
    Operation(method, path, item[method])
    for path, item in DOCUMENT["paths"].items()
    for method in METHODS
    if method in item
]


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of the document as a JSON schema that allows nothing that is not in it."""
    if "$ref" in schema:
        return strict(DOCUMENT["definitions"][schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:
        return strict(schema["allOf"][0])
    result = {
        name: schema[name] for name in ("type", "minimum", "maximum", "multipleOf", "maxLength") if name in schema
    }
    if schema.get("x-nullable"):
        result["type"] = [schema["type"], "null"]
    if "properties" in schema:
        result["properties"] = {name: strict(part) for name, part in schema["properties"].items()}
        result["required"] = schema.get("required", [])
        result["additionalProperties"] = schema.get("additionalProperties") is True
    if "items" in schema:
        result["items"] = strict(schema["items"])
    return result
