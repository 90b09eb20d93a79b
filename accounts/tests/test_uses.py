"""When a credential was last used is written beside the answer, where a thread works in the background."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts import uses
from accounts.models import Session
from accounts.querysets import LAST_USED_PRECISION
from rest import background

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - LAST_USED_PRECISION - timedelta(minutes=1)


@pytest.fixture
def in_background(monkeypatch):
    monkeypatch.setattr(uses, "counter", SimpleNamespace(works_in_background=True))
    yield
    uses.write()


def test_a_read_writes_nothing_until_the_background_does(alice, scheme, in_background, django_assert_num_queries):
    alice.use(scheme)
    Session.objects.update(last_used_at=LONG_AGO)
    with django_assert_num_queries(3):  # the login, the movies, and the total where there are none
        assert alice.get("/api/v1/movies/").status_code == 200
    assert Session.objects.get().last_used_at == LONG_AGO
    assert alice.get("/api/v1/movies/").status_code == 200  # noted once, however often it is used
    with django_assert_num_queries(1):
        background.JOBS["uses of credentials"]()
    assert Session.objects.get().last_used_at > LONG_AGO
    with django_assert_num_queries(0):
        background.JOBS["uses of credentials"]()


def test_a_login_that_has_ended_meanwhile_stays_ended(alice, in_background):
    Session.objects.update(last_used_at=LONG_AGO)
    assert alice.get("/api/v1/movies/").status_code == 200
    Session.objects.all().delete()
    uses.write()
    assert not Session.objects.exists()
    assert alice.get("/api/v1/movies/").status_code == 401
