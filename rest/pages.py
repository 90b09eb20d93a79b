"""What browsers may do with an answer: Content-Security-Policy, and on pages Permissions-Policy, too.

A page (HTML) has the policy in `CONTENT_SECURITY_POLICY`. Whatever is no page is data, which a browser has no reason to
run or to show in a frame: it has `DATA_POLICY`. A view with a policy of its own says so by django-csp's decorators.
"""

from http import HTTPStatus

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


def is_page(response: HttpResponseBase) -> bool:
    return bool(response.headers.get("Content-Type", "").startswith("text/html"))


class BrowserPolicyMiddleware(CSPMiddleware):
    """django-csp for pages. A 304 has no policy, because it would replace that of the page which it confirms.

    The policy of data is a text that is there already, because django-csp takes 40 µs to build one.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return response
        if is_page(response):
            response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        elif not hasattr(response, "_csp_config"):  # of the decorator
            response.headers.setdefault(HEADER, settings.DATA_POLICY)
        return response if HEADER in response.headers else super().process_response(request, response)
