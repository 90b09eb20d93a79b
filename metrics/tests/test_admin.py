from datetime import timedelta

import pytest
from django.urls import reverse

from metrics.models import CounterSource, CountPeriod, ThrottleWindow
from metrics.windows import take_use

pytestmark = pytest.mark.django_db
MODELS = ["countperiod", "countersource", "throttlewindow"]


@pytest.fixture
def admin(client, staff):
    client.force_login(staff)
    return client


def test_the_list_of_periods_shows_the_live_numbers(admin):
    admin.get("/request-count/")
    admin.post("/request-count/reset/")
    page = admin.get(reverse("admin:metrics_countperiod_changelist")).content.decode()
    assert '<strong id="requests">1</strong>' in page
    assert '<strong id="lifetime">3</strong>' in page
    assert "running" in page


def test_the_list_of_periods_says_so_while_the_counter_is_unavailable(admin, settings, impossible_folder, fresh):
    fresh()
    settings.COUNTER_DIR = impossible_folder
    page = admin.get(reverse("admin:metrics_countperiod_changelist"))
    assert page.status_code == 200
    assert "The request counter is unavailable" in page.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_and_nothing_can_be_added(admin, model):
    CounterSource.objects.create(id="0b3b1a58-9a3c-4bd7-9d3a-5a7cf6a7d5a1", host="elsewhere", counted=1000)
    take_use("login:address:203.0.113.7", 1, timedelta(hours=1))
    assert admin.get(reverse(f"admin:metrics_{model}_changelist")).status_code == 200
    assert admin.get(reverse(f"admin:metrics_{model}_add")).status_code == 403


def test_the_log_of_resets_can_be_neither_changed_nor_deleted(admin):
    period = CountPeriod.objects.create(base=7)
    change = reverse("admin:metrics_countperiod_change", args=[period.pk])
    assert admin.post(change, {"base": 0}, format="multipart").status_code == 403
    delete = reverse("admin:metrics_countperiod_delete", args=[period.pk])
    assert admin.post(delete, {"post": "yes"}, format="multipart").status_code == 403
    period.refresh_from_db()
    assert period.base == 7


def test_a_throttle_window_can_be_deleted(admin):
    window = ThrottleWindow.objects.create(key="login:address:203.0.113.7", expires_at="2030-01-01T00:00Z")
    admin.post(reverse("admin:metrics_throttlewindow_delete", args=[window.pk]), {"post": "yes"}, format="multipart")
    assert not ThrottleWindow.objects.exists()
