"""One operation of the document: what its view says, and what the tables in `operations` add to it."""

import inspect
from typing import Any

from django.conf import settings
from django.urls import resolve
from django.utils.module_loading import import_string
from drf_yasg import openapi
from drf_yasg.inspectors import SwaggerAutoSchema
from rest_framework import serializers

from config.swagger import errors, parameters
from config.swagger.fields import COMING_IN, IN_A_FORM, MarqueeFields, MarqueeSerializers, look_up, without_titles
from config.swagger.groups import tags_of
from config.swagger.operations import described
from config.swagger.shapes import Described, Reply, Serializer
from metrics.throttling import SharedScopedThrottle
from rest.errors import PROBLEM_JSON, ProblemDetails

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
CREDENTIALS: list[dict[str, list[str]]] = [{"Token": []}, {"Bearer": []}]
LINK = {"type": "string", "description": 'The pages `rel="first"`, `"prev"`, `"next"` and `"last"` (RFC 8288).'}
ETAG = {"type": "string", "description": "The tag of this answer, for `If-None-Match`."}
LOCATION = {"type": "string", "description": "The address of what was made."}
SAMPLE_KEYS = {"{id}": "1", "{uuid}": "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d"}


def dialect_of(path: str) -> str:
    """The namespace in which Django resolves a path of the document, so that what is described is what answers."""
    for name, key in SAMPLE_KEYS.items():
        path = path.replace(name, key)
    return resolve(path).namespace


class MarqueeAutoSchema(SwaggerAutoSchema):
    field_inspectors = [MarqueeFields, MarqueeSerializers, *SwaggerAutoSchema.field_inspectors]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = dialect_of(self.path)
        self.is_canonical = import_string(settings.DIALECTS[self.dialect].errors) is ProblemDetails
        self.name = f"{self.view.basename}_{self.view.action}".replace("-", "_")
        self.about: Described = described(self.dialect, self.name)

    # --- What it is called, and where it stands ---

    def get_operation_id(self, operation_keys: Any = None) -> str:
        return f"{self.dialect}_{self.name}"

    def get_tags(self, operation_keys: Any = None) -> list[str]:
        return tags_of(self.dialect, self.view.basename, self.view.action)

    def get_summary_and_description(self) -> tuple[str, str]:
        """The first sentence of the view's docstring and the rest, where the tables say nothing better."""
        text = inspect.getdoc(getattr(self.view, self.view.action)) or ""
        first, _, rest = " ".join(text.split()).partition(". ")
        summary = self.about.summary or first.removesuffix(".")
        if not summary:
            raise ValueError(f"{self.get_operation_id()} has neither a docstring nor a summary.")
        return summary, self.about.description or rest

    def get_operation(self, operation_keys: Any = None) -> openapi.Operation:
        operation = super().get_operation(operation_keys)
        operation.pop("deprecated", None)
        return operation

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

    def serializer(self, wanted: Serializer, *, is_new: bool = False) -> serializers.Serializer:
        """An instance of a serializer class, of the one in an attribute of the view, or of the view's own (None).

        It serializes something, unless `is_new`: what has to be sent for a new thing differs from what one may have.
        """
        if wanted is None or wanted == "view":
            wanted = self.view.get_serializer_class()
        kind = getattr(self.view, wanted) if isinstance(wanted, str) else wanted
        return kind(None if is_new else object(), context=self.view.get_serializer_context())

    def writable(self) -> dict[str, serializers.Field]:
        own = self.serializer(self.about.takes, is_new=self.method == "POST")
        return {name: field for name, field in own.fields.items() if not field.read_only}

    def required(self, writable: dict[str, serializers.Field]) -> list[str]:
        if self.about.keeps_what_is_not_sent:
            return []
        return [name for name, field in writable.items() if field.required]

    @property
    def takes_files(self) -> bool:
        return any(isinstance(field, serializers.FileField) for field in self.writable().values())

    def get_consumes(self) -> list[str]:
        if self.about.takes is None:
            return super().get_consumes()
        if self.about.is_form:
            return [MULTIPART, JSON]
        if self.takes_files:
            return [JSON, MULTIPART]
        is_flat = not any(isinstance(field, serializers.ListSerializer) for field in self.writable().values())
        return [JSON, FORM, MULTIPART] if is_flat else [JSON]

    def get_request_body_parameters(self, consumes: list[str]) -> list[openapi.Parameter]:
        if self.about.takes is None:
            return []
        writable = self.writable()
        if self.about.is_form:
            return [self.form_parameter(name, field) for name, field in writable.items()]
        required = self.required(writable)
        schema = openapi.Schema(
            type=openapi.TYPE_OBJECT,
            properties={name: self.coming_in(field) for name, field in writable.items()},
            required=required or None,
            example=self.about.example,
        )
        return [openapi.Parameter("body", openapi.IN_BODY, required=bool(required), schema=schema)]

    def coming_in(self, field: serializers.Field) -> Any:
        known = look_up(COMING_IN, field)
        nullable = True if field.allow_null else None
        if known is not None:
            return openapi.SwaggerDict(**known, x_nullable=nullable)
        return without_titles(self.describe(field, openapi.Schema))

    def form_parameter(self, name: str, field: serializers.Field) -> openapi.Parameter:
        known = look_up(IN_A_FORM, field)
        if known is not None:
            return openapi.Parameter(name, openapi.IN_FORM, required=False, **known)
        return self.describe(field, openapi.Parameter, name=name, in_=openapi.IN_FORM, required=False)

    def describe(self, field: serializers.Field, kind: type[openapi.SwaggerDict], **details: Any) -> Any:
        """What drf-yasg makes of a field, in place: definitions are for what goes out."""
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
        query = list(self.about.query)
        known = {parameter.name for parameter in query}
        if self.about.is_filtered:
            filters = parameters.filters(self.view.filterset_class)
            query += [parameter for parameter in filters if parameter.name not in known]
        if self.about.is_paged:
            query += parameters.paging(self.view.paginator)
        if self.about.has_cursor:
            query.append(parameters.cursor(self.view.paginator))
        return query

    # --- Replies ---

    def get_produces(self) -> list[str]:
        return [JSON, PROBLEM_JSON] if self.is_canonical else [JSON]

    def get_responses(self) -> openapi.Responses:
        replies = {str(code): self.reply(code, reply) for code, reply in self.about.replies.items()}
        if self.method == "GET":
            replies["304"] = openapi.Response(
                "The answer is still the one whose `ETag` was sent as `If-None-Match`; no body"
            )
        return openapi.Responses({**replies, **errors.replies(self)})

    def reply(self, code: int, reply: Reply) -> openapi.Response:
        headers = {
            "Link": LINK if reply.has_link else None,
            "Location": LOCATION if reply.has_location else None,
            "ETag": ETAG if self.method == "GET" else None,
        }
        return openapi.Response(
            reply.description or {201: "Created", 204: "Done; no body"}.get(code, "OK"),
            schema=reply.shape(self) if reply.shape else None,
            examples={JSON: reply.example} if reply.shape else None,
            headers={name: header for name, header in headers.items() if header} or None,
        )

    @property
    def is_throttled(self) -> bool:
        return SharedScopedThrottle().scope_of(self.view) is not None

    @property
    def first_required(self) -> str | None:
        """The name of a field or query parameter that has to be there."""
        if self.about.takes is not None and not self.about.is_form:
            return next(iter(self.required(self.writable())), None)
        return next((parameter.name for parameter in self.about.query if parameter.required), None)
