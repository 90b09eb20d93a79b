"""Personal access tokens."""

from typing import Any

from rest_framework import serializers

from accounts.models import PersonalToken
from accounts.scopes import SCOPES
from accounts.serializers.fields import PasswordField
from rest.fields import ModelSerializer, TextField

MOST_DAYS, USUAL_DAYS = 366, 90


class ScopesField(serializers.ListField):
    """Scopes, in the order in which they are documented and each once, however they were sent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.ChoiceField(choices=SCOPES), allow_empty=False, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        chosen = set(super().to_internal_value(data))
        return [scope for scope in SCOPES if scope in chosen]


class PersonalTokenSerializer(ModelSerializer[PersonalToken]):
    """A token without its secret. Only its name can be changed."""

    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = PersonalToken
        fields = ["id", "name", "scopes", "created_at", "expires_at", "last_used_at"]
        read_only_fields = ["created_at", "expires_at", "last_used_at"]


class NewTokenSerializer(PersonalTokenSerializer):
    """The reply to making a token: the one time that it is shown."""

    token = serializers.CharField(read_only=True)

    class Meta(PersonalTokenSerializer.Meta):
        fields = [*PersonalTokenSerializer.Meta.fields, "token"]


class TokenRequestSerializer(serializers.Serializer[Any]):
    """What a new token is to be."""

    name = TextField(max_length=PersonalToken._meta.get_field("name").max_length)
    scopes = ScopesField()
    expires_in_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=USUAL_DAYS)
    current_password = PasswordField(required=False)
