"""What the Swagger document says about the request counter beyond its views: responses and examples, by action."""

from metrics.serializers import MessageSerializer
from rest.swagger.errors import NOT_ALLOWED
from rest.swagger.operations import Heading, Operation, Success
from rest.swagger.shapes import one

REQUEST_COUNTER = Heading("api · request counter", "How many requests the server has answered.")
REQUEST_COUNT = {
    "list": Operation({200: Success({"requests": 1})}),
    "reset": Operation(
        {200: Success({"message": "Request count reset successfully"}, one(MessageSerializer))},
        forbidden=NOT_ALLOWED,
    ),
}
