"""Limits: exact over threads and processes, fair to others, and never in the way when their table is gone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from metrics.models import ThrottleWindow
from metrics.throttling import SharedScopedThrottle, cleaning
from metrics.windows import take_use

HOUR = timedelta(hours=1)


class View(APIView):
    authentication_classes = []
    permission_classes = []
    throttle_classes = [SharedScopedThrottle]
    throttle_scope = "login"

    def post(self, request):
        return Response()


@pytest.fixture(autouse=True)
def rates(settings, monkeypatch):
    settings.THROTTLING = True
    settings.TRUSTED_PROXIES = 0
    rates = {"login": "2/min", "create": "2/min", "closed": "0/min", "free": None}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates, raising=False)


def post(scope="login", user=None, address="203.0.113.7", **headers):
    request = APIRequestFactory().post("/", REMOTE_ADDR=address, **headers)
    if user:
        force_authenticate(request, user)
    return View.as_view(throttle_scope=scope)(request)


def statuses(times, **options):
    return [post(**options).status_code for _ in range(times)]


@pytest.mark.django_db
def test_what_is_above_the_limit_is_429_and_told_when_to_come_back():
    assert statuses(2) == [200, 200]
    refused = post()
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60


@pytest.mark.django_db
def test_a_new_window_opens_when_the_old_one_has_expired():
    assert statuses(3) == [200, 200, 429]
    ThrottleWindow.objects.update(expires_at=timezone.now())
    assert statuses(3) == [200, 200, 429]


@pytest.mark.django_db
def test_refused_requests_do_not_make_the_wait_longer():
    statuses(2)
    expires_at = ThrottleWindow.objects.get().expires_at
    statuses(5)
    window = ThrottleWindow.objects.get()
    assert (window.count, window.expires_at) == (2, expires_at)


@pytest.mark.django_db
def test_every_address_and_every_scope_has_a_limit_of_its_own():
    assert statuses(3) == [200, 200, 429]
    assert post(address="203.0.113.8").status_code == 200
    assert post(scope="create").status_code == 200


@pytest.mark.django_db
def test_invented_addresses_do_not_help():
    invented = [post(HTTP_X_FORWARDED_FOR=f"198.51.100.{n}").status_code for n in range(3)]
    assert invented == [200, 200, 429]


@pytest.mark.django_db
def test_behind_a_trusted_proxy_the_address_it_adds_counts(settings):
    settings.TRUSTED_PROXIES = 1
    invented = [post(HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.1").status_code for n in range(3)]
    assert invented == [200, 200, 429]
    assert post(HTTP_X_FORWARDED_FOR="198.51.100.1, 192.0.2.2").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("forwarded", ["", "nonsense", "x" * 10_000, "\x00"])
def test_nonsense_from_a_proxy_falls_back_to_the_proxys_own_address(settings, forwarded):
    settings.TRUSTED_PROXIES = 1
    assert statuses(3, HTTP_X_FORWARDED_FOR=forwarded) == [200, 200, 429]
    assert ThrottleWindow.objects.get().key == "login:address:203.0.113.7"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.1:5678", "192.0.2.1"),
        ("192.0.2.1:", "192.0.2.1"),
        ("[2001:db8::1]:99", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("[fe80::1%eth0]:99", "fe80::/64"),
        ("[::ffff:192.0.2.1]:99", "192.0.2.1"),
        ("198.51.100.1:1, 192.0.2.1:5678", "192.0.2.1"),
        ("192.0.2:5678", "203.0.113.7"),
        ("[192.0.2.1", "203.0.113.7"),
        ("[]:99", "203.0.113.7"),
        ("unknown", "203.0.113.7"),
    ],
)
def test_a_proxy_may_say_the_clients_port_too(settings, forwarded, address):
    settings.TRUSTED_PROXIES = 1
    post(HTTP_X_FORWARDED_FOR=forwarded)
    assert ThrottleWindow.objects.get().key == f"login:address:{address}"


@pytest.mark.django_db
def test_an_ipv6_customer_has_one_limit_for_the_whole_network():
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3:4", "2001:db8:0:1::1"]
    assert [post(address=address).status_code for address in addresses] == [200, 200, 429, 200]


@pytest.mark.django_db
def test_a_user_is_limited_wherever_the_requests_come_from(alice, staff):
    addresses = ["203.0.113.1", "203.0.113.2", "203.0.113.3"]
    found = [post(scope="create", user=alice, address=address).status_code for address in addresses]
    assert found == [200, 200, 429]
    assert post(scope="create", user=staff).status_code == 200


@pytest.mark.django_db
def test_logging_in_is_limited_by_address_whoever_is_logged_in(alice, staff):
    assert [post(user=user).status_code for user in (alice, staff, None)] == [200, 200, 429]


@pytest.mark.django_db
def test_the_scope_may_depend_on_the_action():
    view = SimpleNamespace(throttle_scopes={"create": "create"}, action="create", throttle_scope="login")
    assert SharedScopedThrottle().scopes_of(view) == ("create",)
    view.action = "list"
    assert SharedScopedThrottle().scopes_of(view) == ("login",)
    assert SharedScopedThrottle().scopes_of(SimpleNamespace(throttle_scopes={"create": "create"}, action=None)) == ()
    view.throttle_scopes = {"list": ("create", "write")}
    assert SharedScopedThrottle().scopes_of(view) == ("create", "write")


@pytest.mark.django_db
def test_a_view_without_a_scope_asks_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert statuses(5, scope=None) == [200] * 5


@pytest.mark.django_db
def test_the_setting_lifts_every_limit(settings):
    settings.THROTTLING = False
    assert statuses(5, scope="closed") == [200] * 5


@pytest.mark.django_db
def test_no_rate_means_no_limit_and_zero_means_closed():
    assert statuses(5, scope="free") == [200] * 5
    assert statuses(1, scope="closed") == [429]


@pytest.mark.django_db
def test_a_scope_without_a_rate_is_a_mistake_that_is_named():
    with pytest.raises(ImproperlyConfigured, match="'unknown'"):
        post(scope="unknown")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("expired_before", [False, True])
def test_concurrent_callers_never_get_more_than_the_limit(expired_before):
    if expired_before:
        ThrottleWindow.objects.create(key="key", count=5, expires_at=timezone.now())

    def take(_):
        try:
            return take_use("key", 5, HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        uses = list(pool.map(take, range(40)))
    assert sorted(use.left for use in uses if use.is_taken) == [0, 1, 2, 3, 4]
    assert all(timedelta(0) < use.opens_in <= HOUR for use in uses)


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_over_worker_processes(new_server):
    server = new_server(env={"THROTTLING": "on", "THROTTLE_LOGIN": "5/hour"})
    found = server.burst(20, "/api/v1/auth/login/", method="POST")
    assert found.count(429) == 15


@pytest.mark.django_db(transaction=True)
def test_with_the_table_dropped_everybody_is_let_in_and_the_log_says_so(without_tables, caplog):
    without_tables(ThrottleWindow)
    assert statuses(3) == [200, 200, 200]
    assert "went unlimited" in caplog.text


@pytest.mark.django_db
def test_expired_windows_are_deleted_now_and_then(monkeypatch):
    ThrottleWindow.objects.create(key="old", expires_at=timezone.now() - HOUR)
    monkeypatch.setattr(cleaning, "due", 0.0)
    post()
    assert [window.key for window in ThrottleWindow.objects.all()] == ["login:address:203.0.113.7"]
