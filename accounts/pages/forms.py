"""What people fill in. The rules are those of the API's serializers, which check it once more."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from rest_framework.serializers import Serializer

from accounts.models import normalize_password
from accounts.serializers import AskResetSerializer, ResetSerializer
from accounts.serializers.fields import MAX_PASSWORD_LENGTH


class CheckedForm(forms.Form):
    """A form whose fields are those of a serializer."""

    serializer_class: type[Serializer[Any]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            serializer = self.serializer_class(data=cleaned)
            serializer.is_valid()
            for field, messages in serializer.errors.items():
                self.add_error(field if field in self.fields else None, [str(message) for message in messages])
        return cleaned


class AskResetForm(CheckedForm):
    serializer_class = AskResetSerializer
    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class PasswordField(forms.CharField):
    def __init__(self, label: str) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(label=label, strip=False, max_length=MAX_PASSWORD_LENGTH, widget=widget)


class ResetForm(CheckedForm):
    serializer_class = ResetSerializer
    key = forms.CharField(widget=forms.HiddenInput)
    new_password = PasswordField("New password")
    repeated = PasswordField("The same once more")

    def clean_repeated(self) -> str:
        repeated: str = self.cleaned_data["repeated"]
        if normalize_password(repeated) != normalize_password(self.cleaned_data.get("new_password", repeated)):
            raise ValidationError("The two passwords do not match.", code="mismatch")
        return repeated
