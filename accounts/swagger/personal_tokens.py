"""Personal access tokens."""

from accounts.serializers import NewTokenSerializer, PersonalTokenSerializer, TokenRequestSerializer
from rest.swagger.operations import NO_CONTENT, Body, Operation, Success, paged
from rest.swagger.shapes import one

PERSONAL_TOKEN = {
    "id": 3,
    "name": "backup",
    "scopes": ["movies:read", "collections:read"],
    "created_at": "2023-07-17T20:40:38.612904Z",
    "expires_at": "2023-10-15T20:40:38.612904Z",
    "last_used_at": None,
}
NEW = {"name": "backup", "scopes": ["movies:read", "collections:read"], "expires_in_days": 90}
MADE = {**PERSONAL_TOKEN, "token": "mrq_Wk3bV0hQ8cJtXn5RyLd2Zf7GsPa9MuE4TiHo1Kqx"}
PERSONAL_TOKENS = {
    "list": paged([PERSONAL_TOKEN]),
    "retrieve": Operation({200: Success(PERSONAL_TOKEN)}),
    "create": Operation(
        {201: Success(MADE, one(NewTokenSerializer), has_location=True)}, Body(NEW, TokenRequestSerializer)
    ),
    "partial_update": Operation({200: Success(PERSONAL_TOKEN)}, Body({"name": "backup"}, PersonalTokenSerializer)),
    "destroy": Operation(NO_CONTENT),
}
