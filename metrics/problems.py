"""The kind of problem that only the request counter has."""

from rest.problems import register

COUNTER_UNAVAILABLE = register(
    "counter_unavailable",
    503,
    title="The request counter is out of order",
    meaning="Any number given now would be wrong. Requests go on being counted.",
    advice="Ask again after `Retry-After` seconds.",
)
