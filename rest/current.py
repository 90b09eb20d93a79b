"""What lines in the log say of the request that a thread answers: its name, its route, and who sent it.

It needs no settings, because the log has its shape before there are any.
"""

import threading


class Current(threading.local):
    """The request that this thread answers, or answered last; nothing in threads that answer none.

    `route` is "" until it is known. `user_id` is None for anonymous callers, and until somebody asks who calls.
    """

    request_id = ""
    route = ""
    user_id: int | None = None

    def begin(self, request_id: str) -> None:
        self.request_id, self.route, self.user_id = request_id, "", None


CURRENT = Current()


def current_request_id() -> str:
    return CURRENT.request_id
