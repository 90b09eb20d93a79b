"""What the admin's forms have in common."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils.crypto import salted_hmac

OUTDATED = "Somebody else has changed this since the page was opened. Open it again to see what it is now."


class VersionField(forms.CharField):
    """Says which state of the row the page shows. It is never a change."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class UnchangedForm(forms.ModelForm):
    """Refuses to undo what somebody else has written since the page was opened.

    The same page sent twice is no such thing: the second time there is nothing left to change.
    """

    version = VersionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = version_of(self.instance, self.initial)

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.has_changed() and is_outdated(self.cleaned_data.get("version"), self.initial["version"]):
            raise ValidationError(OUTDATED, code="outdated")
        return cleaned


def version_of(row: Model, shown: Mapping[str, Any]) -> str:
    """When the row was written last, or where it does not say, a digest of what is shown of it; "" of a new row."""
    if row.pk is None:
        return ""
    written = getattr(row, "updated_at", None)
    return written.isoformat() if written else salted_hmac("version", repr(sorted(shown.items()))).hexdigest()[:20]


def is_outdated(sent: str | None, version: str) -> bool:
    """Whether a page shows another version than this one. A page that says none is believed."""
    return bool(sent) and sent != version


def cleaned_key(field: "Field[Any, Any]", value: Any) -> Any:
    """A primary key that somebody sent, as the database can take it. Raises ValidationError for anything else."""
    key = field.to_python(value)
    if key is None:
        raise ValidationError("No key.", code="required")
    field.run_validators(key)
    return key


def key_field(model: type[Model]) -> "Field[Any, Any]":
    """The field that a primary key is compared as: of a row that extends another one, that one's."""
    field: Any = model._meta.pk
    while field.remote_field:
        field = field.target_field
    return cast("Field[Any, Any]", field)


def is_key(field: "Field[Any, Any]", value: Any) -> bool:
    try:
        cleaned_key(field, value)
    except ValidationError:
        return False
    return True


class TolerantAutocompleteSelect(AutocompleteSelect):
    """Shows a choice that can be no row's as no choice, where Django's own looks it up and fails."""

    def optgroups(self, name: Any, value: Any, attr: Any = None) -> Any:
        target = key_field(self.field.remote_field.model)
        return super().optgroups(name, [one for one in value if not one or is_key(target, one)], attr)
