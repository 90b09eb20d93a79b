"""Lists and forms of the admin that cost the same however long the table is, and take whatever an address says."""

import logging
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db import DataError, IntegrityError, transaction
from django.db.models import ForeignKey, Model, ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from rest_framework.exceptions import APIException

from rest.admin.deletion import MOST_COUNTED, DeletionMixin
from rest.admin.forms import TolerantAutocompleteSelect, UnchangedForm, is_key, key_field
from rest.exceptions import Busy

logger = logging.getLogger(__name__)

# What is raised where somebody else was faster: a name is taken, a row is gone or in use.
OVERTAKEN = (IntegrityError, ProtectedError, ObjectDoesNotExist, Http404, APIException)
LONGEST_SEARCH = 1000  # characters
NONSENSE = (ValueError, OverflowError, ValidationError, DataError)  # raised for values that no column can hold


class BoundedPaginator(Paginator):
    """Counts at most MOST_COUNTED rows: nobody pages further by number, and COUNT would read every row."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:MOST_COUNTED].count()


class LargeTableAdmin(DeletionMixin, admin.ModelAdmin):
    """A list that costs the same however long the table is, since no COUNT goes over all of it."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    is_personal: ClassVar[bool] = False  # whether a row's name belongs to a user: then the log has its number only
    fold: ClassVar["staticmethod[[str], str]"] = staticmethod(str)  # as the columns of `search_fields` are folded

    # --- Lists ---

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Nothing is found by NUL, which PostgreSQL refuses to look for, nor by a text as long as SQLite refuses."""
        if "\0" in search_term or len(search_term) > LONGEST_SEARCH:
            return queryset.none(), False
        return super().get_search_results(request, queryset, self.fold(search_term))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        try:
            return super().get_changelist_instance(request)
        except (IncorrectLookupParameters, *NONSENSE) as error:
            if not request.GET:
                raise
            said = "The address asked for something that no list has. This is the whole list."
            self.message_user(request, said, messages.WARNING)
            raise IncorrectLookupParameters from error

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if ERROR_FLAG in request.GET:  # with which Django would blame the database
            asked = request.GET.copy()
            del asked[ERROR_FLAG]
            request.GET = asked  # type: ignore[assignment]  # the stubs want one that cannot be changed
        reply = super().changelist_view(request, extra_context)
        shown = getattr(reply, "context_data", None) or {}
        if "cl" in shown and shown["cl"].result_count == MOST_COUNTED:
            shown["subtitle"] = f"Counted, and selected as all, are at most the first {MOST_COUNTED:,}."
        return reply

    def response_action(  # type: ignore[override]  # the stubs know an argument that Django does not have
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        selected = request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME)
        if not all(is_key(key_field(self.model), pk) for pk in selected):
            self.message_user(request, "What was selected is no row. Nothing has been changed.", messages.WARNING)
            return None
        return super().response_action(request, queryset)

    # --- Forms ---

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the hidden field of an UnchangedForm, which has a place on the page, too."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is None or not issubclass(self.form, UnchangedForm):
            return fieldsets
        name, options = fieldsets[0]
        return [(name, {**options, "fields": [*options["fields"], "version"]}), *fieldsets[1:]]

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", TolerantAutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What an address says about a new row, where it can be so."""
        sent = super().get_changeform_initial_data(request)
        return {name: value for name, value in sent.items() if self.can_begin_with(name, value)}

    def can_begin_with(self, name: str, value: Any) -> bool:
        try:
            field: Any = self.opts.get_field(name)
        except FieldDoesNotExist:
            return False
        target = key_field(field.related_model) if field.is_relation else field
        return all(is_key(target, one) for one in (value if isinstance(value, list) else [value]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        if from_field is None and not is_key(key_field(self.model), object_id):
            return None
        return super().get_object(request, object_id, from_field)

    # --- Changes at once ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Where somebody else was faster the form is looked at once more: then it says what is wrong with it now."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        for _ in range(2):
            try:
                with transaction.atomic():
                    self.lock_before_change(request, object_id)
                    return super().changeform_view(request, object_id, form_url, extra_context)
            except Busy:
                raise
            except OVERTAKEN as error:
                reason = error
        return self.overtaken(request, reason)

    def lock_before_change(self, request: HttpRequest, object_id: str | None) -> None:
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if row is not None:
            self.lock(row)

    def lock(self, row: Any) -> None:
        """Keeps everybody else from writing the row until it is saved, so that the form is compared with what it is."""
        list(self.model._base_manager.select_for_update().filter(pk=row.pk).values_list("pk"))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        for _ in range(2):
            try:
                return super().delete_view(request, object_id, extra_context)
            except OVERTAKEN as error:
                if request.method != "POST":
                    raise
                reason = error
        return self.overtaken(request, reason)

    def overtaken(self, request: HttpRequest, reason: Exception) -> HttpResponseRedirect:
        logger.warning("Given up after a second try: %s", request.path, exc_info=reason)
        self.message_user(request, "Somebody else changes this at the moment. Please try again.", messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    # --- The log, which outlives what it is about ---

    def in_log(self, row: Any) -> Any:
        return Numbered(row) if self.is_personal else row

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_addition(request, self.in_log(obj), message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_change(request, self.in_log(obj), message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        rows: Any = [self.in_log(row) for row in queryset]
        return super().log_deletions(request, rows)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        message: Any = super().construct_change_message(request, form, formsets, add)
        for changed in message if self.is_personal else ():
            for about in changed.values():
                if "object" in about:
                    about["object"] = "…"
        return message


class Numbered:
    """Stands for a row in the admin's log: "user 7" instead of a name."""

    def __init__(self, row: Model) -> None:
        self._meta, self.pk = row._meta, row.pk

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class ReadOnlyAdmin(LargeTableAdmin):
    """A page to look at: its rows are written by the program alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
