"""A fast path for the plainest requests, in front of Django and through the same views.

    plain     which requests are plain, so that nothing is to be compared, redirected or read at length
    stack     what the fast path does about each entry of MIDDLEWARE
    routes    the addresses of the methods marked `@fast_path`, by pattern
    answer    a plain request to its answer, and whatever is not plain on to Django

What clients ask most of the time needs no session, no form and no throttle, and the layers that see to these cost
several times what the answer does. Nothing is decided here: what is answered, by whom it may be read and in which shape
stays in the views, and every expected error is phrased by the full stack. `config/tests/test_fast_path.py` holds the
two ways to the same answers. docs/decisions/0013-short-way.md says why.
"""

from rest.fast_path.answer import FastPath, try_fast
from rest.fast_path.routes import fast_path

__all__ = ["FastPath", "fast_path", "try_fast"]
