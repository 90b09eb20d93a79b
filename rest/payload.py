"""What a view says before it becomes a response."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Payload:
    """The data, the status (200, 201), and headers of its own."""

    data: Any
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
