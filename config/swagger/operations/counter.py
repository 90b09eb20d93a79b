"""The request counter."""

from config.swagger.shapes import Described, Reply, one
from metrics.serializers import MessageSerializer, RequestCountSerializer

OPERATIONS = {
    "request_count_list": Described(
        summary="How many requests the server has answered",
        description="Since the last reset, by every process of every host, errors and this request included. The "
        "first reading after a reset is 1.",
        replies={200: Reply(one(RequestCountSerializer), {"requests": 1})},
    ),
    "request_count_reset": Described(
        summary="Reset the request count",
        description="Starts counting anew. Nothing is lost: the lifetime total and every reset are kept for staff. A "
        "setting of the server limits this to staff; then anybody else gets 403.",
        replies={200: Reply(one(MessageSerializer), {"message": "Request count reset successfully"})},
        forbidden="You do not have permission to perform this action.",
    ),
}
