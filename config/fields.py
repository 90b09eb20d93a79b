"""Serializer fields and serializers that every app uses."""

from typing import Any

from django.db import models
from rest_framework import serializers


class TextField(serializers.CharField):
    """Text that was sent as text; REST framework would make "5" of the number 5."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ModelSerializer(serializers.ModelSerializer):
    """Model fields of text take text only."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
    }
