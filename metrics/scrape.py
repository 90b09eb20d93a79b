"""`GET /metrics`: for Prometheus, and nobody else."""

from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from metrics import prometheus
from rest.errors import plain_error
from rest.problems import NOT_AUTHENTICATED, PERMISSION_DENIED

CLOSED = "Metrics are closed here. The server's setting METRICS_TOKEN opens them."
REFUSED = "Send the server's METRICS_TOKEN as `Authorization: Bearer …`."


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics of this host as text, to whoever sends METRICS_TOKEN. 403 where there is none, 401 without it.

    No address is let in without the token: behind a proxy strangers would have the proxy's.
    """
    if not settings.METRICS_TOKEN:
        return plain_error(request, 403, CLOSED, PERMISSION_DENIED)
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode()):
        response = plain_error(request, 401, REFUSED, NOT_AUTHENTICATED)
        response.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    return HttpResponse(prometheus.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
