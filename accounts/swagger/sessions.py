"""One's own logins."""

from rest.swagger.operations import NO_CONTENT, Operation, Success, paged

SESSION = {
    "id": 7,
    "created_at": "2023-07-17T20:40:38.612904Z",
    "last_used_at": "2023-07-17T20:40:38.612904Z",
    "expires_at": "2023-10-15T20:40:38.612904Z",
    "network": "198.51.100.0/24",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    "is_current": True,
}
SESSIONS = {
    "list": paged([SESSION]),
    "retrieve": Operation({200: Success(SESSION)}),
    "destroy": Operation(NO_CONTENT),
    "end_others": Operation(NO_CONTENT),
}
