"""What owners see of their logins."""

from rest_framework import serializers

from accounts.models import Session
from rest.fields import ModelSerializer


class SessionSerializer(ModelSerializer[Session]):
    """A login without its secrets. `is_current` says whether the request came with one of its credentials."""

    is_current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ["id", "created_at", "last_used_at", "expires_at", "network", "user_agent", "is_current"]

    def get_is_current(self, session: Session) -> bool:
        return bool(session.pk == self.context["request"].auth.pk)
