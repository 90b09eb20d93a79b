from typing import Any

from rest_framework import serializers


class RequestCountSerializer(serializers.Serializer[Any]):
    requests = serializers.IntegerField(help_text="HTTP requests answered since the last reset, this one included.")


class MessageSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()
