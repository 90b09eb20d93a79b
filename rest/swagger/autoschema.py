"""One operation of the document: what its view says of itself, and what its viewset's `operations` add."""

import inspect
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from drf_yasg import openapi
from drf_yasg.inspectors import SwaggerAutoSchema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.permissions import BasePermission

from rest.conditional import HAS_CHANGED, HAS_NO_TAG
from rest.errors import JSON, ErrorShape
from rest.fields import AnyField
from rest.refusals import HEADERS_TOO_LONG
from rest.strict import advice
from rest.swagger import errors, parameters
from rest.swagger.fields import DefinitionNames, SelfDescribingFields, without_titles
from rest.swagger.operations import Body, Operation, Success, heading_of, summary_and_description
from rest.swagger.shapes import SerializerReference

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
CREDENTIALS: list[dict[str, list[str]]] = [{"Token": []}, {"Bearer": []}]
LINK = {"type": "string", "description": 'The pages `rel="first"`, `"prev"`, `"next"` and `"last"` (RFC 8288).'}
ETAG = {"type": "string", "description": "The tag of this answer, for `If-None-Match`."}
NEW_ETAG = {"type": "string", "description": "The tag of what there is now, where the change had an `If-Match`."}
REPLAYED = {"type": "string", "description": "`true` where this is the answer to the first request with that key."}
LOCATION = {"type": "string", "description": "The address of what was made."}
SAMPLE_KEYS = {"id": "42", "uuid": "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d"}


class AutoSchema(SwaggerAutoSchema):
    """Describes the action of a view that SchemaGenerator made, which knows the `dialect` that it is mounted in."""

    field_inspectors = [SelfDescribingFields, DefinitionNames, *SwaggerAutoSchema.field_inspectors]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = settings.DIALECTS[self.view.dialect]
        self.error_shape: type[ErrorShape] = import_string(self.dialect.errors)
        self.about: Operation = self.view.operations[self.view.action]

    # --- What it is called, and where it stands ---

    def get_operation_id(self, operation_keys: Any = None) -> str:
        return f"{self.dialect.name}_{self.view.basename}_{self.view.action}".replace("-", "_")

    def get_tags(self, operation_keys: Any = None) -> list[str]:
        return [heading_of(self.view).name, *(settings.DIALECTS[name].heading for name in self.about.also_in)]

    def get_summary_and_description(self) -> tuple[str, str]:
        summary, description = summary_and_description(inspect.getdoc(getattr(self.view, self.view.action)) or "")
        texts = (self.about.description or description, self.about.notes)
        return self.about.summary or summary, " ".join(filter(None, texts))

    # --- Credentials ---

    @property
    def is_open(self) -> bool:
        """Whether no credential is looked at."""
        return not self.view.get_authenticators()

    @property
    def needs_credential(self) -> bool:
        """Whether anonymous callers are refused: asked of the permissions themselves."""
        request = self.view.request
        return not all(permission.has_permission(request, self.view) for permission in self.view.get_permissions())

    def get_security(self) -> list[dict[str, list[str]]]:
        if self.is_open:
            return []
        return CREDENTIALS if self.needs_credential else [{}, *CREDENTIALS]

    # --- Bodies coming in ---

    def serializer(self, reference: SerializerReference, *, is_new: bool = False) -> serializers.BaseSerializer[Any]:
        """An instance that serializes something, unless `is_new`: a new thing may require more than one that is."""
        if reference is None:
            kind = self.view.get_serializer_class()
        else:
            kind = getattr(self.view, reference) if isinstance(reference, str) else reference
        return kind(None if is_new else object(), context=self.view.get_serializer_context())

    def writable(self, body: Body) -> dict[str, AnyField]:
        serializer: Any = self.serializer(body.serializer, is_new=self.method == "POST")
        return {name: field for name, field in serializer.fields.items() if not field.read_only}

    def required(self, body: Body) -> list[str]:
        if body.is_partial or self.method == "PATCH":
            return []
        return [name for name, field in self.writable(body).items() if field.required]

    def get_consumes(self) -> list[str]:
        body = self.about.body
        if body is None:
            return super().get_consumes()
        if body.is_form:
            return [MULTIPART, JSON]
        fields = self.writable(body).values()
        if any(isinstance(field, serializers.FileField) for field in fields):
            return [JSON, MULTIPART]
        is_flat = not any(isinstance(field, serializers.ListSerializer) for field in fields)
        return [JSON, FORM, MULTIPART] if is_flat else [JSON]

    def get_request_body_parameters(self, consumes: list[str]) -> list[openapi.Parameter]:
        body = self.about.body
        if body is None:
            return []
        if body.is_form:
            return [self.form_parameter(name, field) for name, field in self.writable(body).items()]
        required = self.required(body)
        schema = openapi.Schema(
            type=openapi.TYPE_OBJECT,
            properties={name: self.input_schema(field) for name, field in self.writable(body).items()},
            required=required or None,
            example=body.example,
        )
        return [openapi.Parameter("body", openapi.IN_BODY, required=bool(required), schema=schema)]

    def input_schema(self, field: AnyField) -> Any:
        known = getattr(field, "input_schema", None)
        if known is not None:
            return openapi.SwaggerDict(**known, x_nullable=True if field.allow_null else None)
        return without_titles(self.described_by_yasg(field, openapi.Schema))

    def form_parameter(self, name: str, field: AnyField) -> openapi.Parameter:
        known = getattr(field, "form_schema", None)
        if known is not None:
            return openapi.Parameter(name, openapi.IN_FORM, required=False, **known)
        return self.described_by_yasg(field, openapi.Parameter, name=name, in_=openapi.IN_FORM, required=False)

    def described_by_yasg(self, field: AnyField, kind: type[openapi.SwaggerDict], **details: Any) -> Any:
        """In place, and not as a definition: those are for what goes out."""
        return self.probe_inspectors(
            self.field_inspectors,
            "field_to_swagger_object",
            field,
            {"field_inspectors": self.field_inspectors},
            swagger_object_type=kind,
            use_references=False,
            **details,
        )

    # --- Query ---

    def get_query_parameters(self) -> list[openapi.Parameter]:
        return parameters.of_view(self.view)

    # --- Headers ---

    def add_manual_parameters(self, found: list[openapi.Parameter]) -> list[openapi.Parameter]:
        """With the headers that any change may have."""
        found = list(super().add_manual_parameters(found))
        if self.takes_key:
            found.append(parameters.IDEMPOTENCY_KEY)
        if self.method in errors.CHANGING[1:] and self.can_be_read:
            found += [parameters.IF_MATCH, parameters.IF_NONE_MATCH][: 2 if self.method == "PUT" else 1]
        return found

    @property
    def can_be_read(self) -> bool:
        """Whether the address takes GET, which gives the tag that conditions name."""
        return "get" in self.view.action_map

    @property
    def takes_key(self) -> bool:
        """Whether an `Idempotency-Key` has an effect: an answer with secrets is not kept."""
        return self.method in errors.CHANGING and self.view.action not in getattr(self.view, "secret_actions", ())

    # --- Responses ---

    def get_produces(self) -> list[str]:
        own = [success.media_type for success in self.about.responses.values()]
        return list(dict.fromkeys([*own, self.error_shape.media_type]))

    def get_responses(self) -> openapi.Responses:
        responses = {str(code): self.success(code, success) for code, success in self.about.responses.items()}
        if self.method == "GET" and not self.gives_file:
            responses["304"] = openapi.Response(
                "The answer is still the one whose `ETag` was sent as `If-None-Match`; no body"
            )
        return openapi.Responses({**responses, **self.error_responses()})

    @property
    def gives_file(self) -> bool:
        return any(success.media_type != JSON for success in self.about.responses.values())

    def success(self, code: int, success: Success) -> openapi.Response:
        if success.media_type != JSON:
            return openapi.Response(success.description, schema=openapi.Schema(type=openapi.TYPE_FILE))
        headers = {
            "Link": LINK if success.has_link or self.about.is_paged else None,
            "Location": LOCATION if success.has_location else None,
            "ETag": {"GET": ETAG, "PATCH": NEW_ETAG}.get(self.method),
            "Idempotency-Replayed": REPLAYED if self.takes_key else None,
            **(errors.RATE_LIMIT if self.is_throttled() else {}),
        }
        return openapi.Response(
            success.description or {204: "Done; no body"}.get(code, HTTPStatus(code).phrase),
            schema=success.shape(self) if success.shape else None,
            examples={JSON: self.example(success)} if success.shape else None,
            headers={name: header for name, header in headers.items() if header} or None,
        )

    def example(self, success: Success) -> Any:
        if not success.is_page:
            return success.example
        page = SimpleNamespace(total=len(success.example), next=None, previous=None)
        return self.view.paginator.get_envelope(page, success.example)

    # --- Errors ---

    def error_responses(self) -> dict[str, openapi.Response]:
        details = {
            401: self.unauthorized(),
            403: self.about.forbidden or self.forbidden() or self.out_of_reach(),
            404: self.about.not_found or self.not_found(),
            412: HAS_CHANGED if self.can_be_read else HAS_NO_TAG,
            **(errors.OF_CHANGES if self.method in errors.CHANGING else {}),
            **(errors.OF_KEYS if self.takes_key else {}),
            429: errors.THROTTLED if self.is_throttled() or self.about.is_paged else "",
            431: HEADERS_TOO_LONG if self.takes_several() else "",
            503: self.busy(),
            **getattr(self.view, "refusals", {}).get(self.view.action, {}),
        }
        found: dict[int, Any] = {code: errors.detail(code, text) for code, text in details.items() if text}
        if wrong := self.invalid() or self.meaningless():
            found[400] = {name: [message] for name, message in wrong.items()}
        path = re.sub(r"{(\w+)}", lambda key: SAMPLE_KEYS.get(key[1], key[1]), self.path)
        definitions = self.components.with_scope(openapi.SCHEMA_DEFINITIONS)
        return {
            str(code): errors.error_response(self.error_shape, code, data, path, definitions)
            for code, data in sorted(found.items())
        }

    def is_throttled(self) -> bool:
        """Whether a throttle limits the view's action: one that knows scopes does so where it has one."""
        return any(
            not hasattr(throttle, "scopes_of") or throttle.scopes_of(self.view)
            for throttle in self.view.get_throttles()
        )

    def takes_several(self) -> bool:
        """Whether a parameter has any number of values, so that an address may be longer than the server reads."""
        return any(parameter.type == openapi.TYPE_ARRAY for parameter in parameters.of_view(self.view))

    def busy(self) -> str:
        """What is said where a list takes too long, or a password or a file finds no place to be worked on."""
        if self.about.is_paged:
            return errors.TOO_SLOW
        fields = self.writable(self.about.body).values() if self.about.body else ()
        takes_file = any(isinstance(field, serializers.FileField) for field in fields)
        return errors.BUSY if self.about.may_be_busy or takes_file else ""

    def invalid(self) -> Mapping[str, str]:
        """An example of a wrong field: by default a missing one or, where none has to be sent, a blank text."""
        body = self.about.body
        if self.about.invalid is not None or body is None or body.is_form:
            return self.about.invalid or {}
        if required := self.required(body):
            return {required[0]: errors.REQUIRED}
        texts = [name for name, field in self.writable(body).items() if isinstance(field, serializers.CharField)]
        return dict.fromkeys(texts[:1], errors.BLANK)

    def meaningless(self) -> Mapping[str, str]:
        """An example of a query parameter that is refused, where the dialect refuses those that mean nothing."""
        if not self.dialect.is_strict:
            return {}
        names = sorted(str(parameter.name) for parameter in parameters.of_view(self.view))
        return {errors.MEANINGLESS: ErrorDetail(advice(errors.MEANINGLESS, names), "unknown")}

    def unauthorized(self) -> str:
        if self.about.unauthorized or self.is_open:
            return self.about.unauthorized
        return errors.NO_CREDENTIAL if self.needs_credential else errors.BAD_CREDENTIAL

    def forbidden(self) -> str:
        """What the permission says that looks at the object, if something is changed."""
        if self.method == "GET" or not self.view.detail:
            return ""
        asked = [one for one in self.view.get_permissions() if asks_about_objects(one)]
        return next((getattr(one, "message", errors.NOT_ALLOWED) for one in asked), "")

    def out_of_reach(self) -> str:
        """What a live credential is told that may not do all that its user may."""
        asked = [getattr(one, "refusal_of", None) for one in self.view.get_authenticators()]
        refused = [one(self.view, self.method) for one in asked if one]
        return next((one.detail for one in refused if one), "")

    def not_found(self) -> str:
        if self.view.detail:
            queryset = getattr(self.view, "queryset", None)
            return errors.NOT_FOUND if queryset is None else f"No {queryset.model.__name__} matches the given query."
        return errors.NO_PAGE if self.about.is_paged else ""


def asks_about_objects(permission: BasePermission) -> bool:
    return type(permission).has_object_permission is not BasePermission.has_object_permission
