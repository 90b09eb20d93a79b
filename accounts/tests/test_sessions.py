"""GET /api/v1/users/me/sessions/, DELETE …/sessions/{id}/ and POST …/sessions/end-others/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Session
from accounts.services import open_session
from accounts.tests.contract import as_bearer, as_token
from conftest import PASSWORD
from rest.tests.helpers import is_problem, whole_database

ADDRESS = "/api/v1/users/me/sessions/"
ME = "/api/v1/users/me/"
KEYS = {"id", "created_at", "last_used_at", "expires_at", "network", "user_agent", "is_current"}


def own(person):
    return Session.objects.filter(user=person.user).order_by("id")


class TestList:
    def test_ones_logins_are_listed_the_newest_first(self, alice, bob, scheme):
        open_session(user=alice.user)
        response = alice.use(scheme).get(ADDRESS)
        body = response.json()
        assert response.status_code == 200
        assert set(body) == {"count", "next", "previous", "results"}
        assert [set(one) for one in body["results"]] == [KEYS, KEYS]
        assert [one["id"] for one in body["results"]] == [session.pk for session in reversed(own(alice))]
        assert [one["is_current"] for one in body["results"]] == [False, True]

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("198.51.100.77", "198.51.100.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("::ffff:198.51.100.77", "198.51.100.0/24"),
            ("", ""),
        ],
    )
    @pytest.mark.parametrize("mount", ["/api/v1/auth/", "/account/", "/api/auth/", "/"])
    def test_a_login_says_whence_it_was_opened_and_keeps_no_address(self, anonymous, alice, mount, address, network):
        body = {"username": "alice", "password": PASSWORD}
        about = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": "Browser/1.0"}
        token = anonymous.post(f"{mount}login/", body, **about).json()["token"]
        shown = anonymous.get(ADDRESS, **as_token(token)).json()["results"][0]
        assert (shown["network"], shown["user_agent"]) == (network, "Browser/1.0")
        assert not address or address not in str(whole_database())

    def test_registering_says_it_too(self, anonymous):
        body = {"username": "hp1", "email": "rit@gmail.com", "password": PASSWORD}
        token = anonymous.post("/api/auth/register/", body, REMOTE_ADDR="198.51.100.77").json()["token"]
        assert anonymous.get(ADDRESS, **as_token(token)).json()["results"][0]["network"] == "198.51.100.0/24"

    def test_what_is_over_is_not_listed(self, alice):
        for _ in range(2):
            open_session(user=alice.user)
        _, expired, of_an_old_password = own(alice)
        Session.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        Session.objects.filter(pk=of_an_old_password.pk).update(password_digest="0" * 64)
        assert alice.get(ADDRESS).json()["count"] == 1

    def test_no_secret_is_in_it(self, alice):
        text = alice.get(ADDRESS).content.decode()
        session = own(alice).get()
        assert not [secret for secret in (session.token_digest, session.password_digest) if secret in text]


class TestEnd:
    def test_a_login_that_is_ended_is_over_for_all_its_credentials(self, alice, anonymous, scheme, caplog):
        other = open_session(user=alice.user)
        response = alice.use(scheme).delete(f"{ADDRESS}{own(alice).last().pk}/")
        assert (response.status_code, response.content) == (204, b"")
        for header in (as_token(other.token), as_bearer(other.access)):
            assert anonymous.get(ME, **header).status_code == 401
        assert anonymous.post("/api/v1/auth/refresh/", {"refresh": other.refresh}).status_code == 401
        assert alice.get(ME).status_code == 200
        assert f"session_ended user={alice.user.pk} " in caplog.text

    def test_the_login_of_the_request_can_be_ended_as_well(self, alice):
        assert alice.delete(f"{ADDRESS}{own(alice).get().pk}/").status_code == 204
        assert alice.get(ME).status_code == 401

    def test_another_users_login_does_not_exist(self, alice, charlie):
        before = whole_database()
        for number in (own(alice).get().pk, 10**9, 10**20):
            response = charlie.delete(f"{ADDRESS}{number}/")
            assert response.status_code == 404
            assert is_problem(response)
        assert whole_database() == before


class TestEndOthers:
    def test_all_others_end_and_this_one_goes_on(self, alice, bob, anonymous, caplog):
        others = [open_session(user=alice.user) for _ in range(3)]
        assert alice.post(f"{ADDRESS}end-others/").status_code == 204
        assert [anonymous.get(ME, **as_token(one.token)).status_code for one in others] == [401] * 3
        assert alice.get(ADDRESS).json()["count"] == 1
        assert bob.get(ME).status_code == 200
        assert "sessions_ended" in caplog.text
        assert "ended=3" in caplog.text


@pytest.mark.parametrize(
    ("method", "path"), [("get", ADDRESS), ("delete", f"{ADDRESS}1/"), ("post", f"{ADDRESS}end-others/")]
)
def test_it_needs_a_login(anonymous, alice, method, path):
    before = whole_database()
    assert getattr(anonymous, method)(path).status_code == 401
    assert whole_database() == before
