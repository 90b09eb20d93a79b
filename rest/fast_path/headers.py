"""The headers of an answer. All but the view's are our own, so that Django's look at each of them can be spared."""

from django.http.response import ResponseHeaders


class FitHeaders(ResponseHeaders):
    """Headers that are fit to be sent. Names are without case, as in the full stack; what is set is looked at there."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._store = {name.lower(): (name, value) for name, value in headers.items()}

    def pairs(self) -> list[tuple[str, str]]:
        return [*self._store.values()]


def fit(headers: dict[str, str]) -> dict[str, str]:
    """A view's headers as they can be sent. Raises BadHeaderError for a line break."""
    if all(value.isascii() and value.isprintable() for value in headers.values()):
        return headers
    return dict(ResponseHeaders(headers).items())
