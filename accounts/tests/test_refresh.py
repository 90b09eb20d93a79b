"""POST /api/v1/auth/refresh/"""

import base64
import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import Session, User
from accounts.tests.contract import PASSWORD, as_bearer, as_token, assert_is_no_business_of_caches
from rest.tests.helpers import detail_of, fields_named, is_problem, whole_database

ADDRESS = "/api/v1/auth/refresh/"


def refresh(client, token):
    return client.post(ADDRESS, {"refresh": token})


def assert_refused(client, token, *, ends_the_login=False):
    before = whole_database()
    response = refresh(client, token)
    assert response.status_code == 401, response.content
    assert is_problem(response)
    assert detail_of(response)
    assert response.json()["code"] == "token_not_valid"
    assert response["WWW-Authenticate"].startswith('Bearer realm="Marquee", error="invalid_token", error_description="')
    assert response["Cache-Control"] == "no-store"
    assert (whole_database() == before) != ends_the_login


def test_a_refresh_token_gives_a_new_pair_of_the_same_session(anonymous, alice):
    response = refresh(anonymous, alice.credentials.refresh)
    body = response.json()
    assert response.status_code == 200
    assert set(body) == {"access", "refresh"}
    assert_is_no_business_of_caches(response)
    assert body["refresh"] != alice.credentials.refresh
    assert anonymous.get("/api/v1/users/me/", **as_bearer(body["access"])).json()["username"] == "alice"
    assert Session.objects.filter(user=alice.user).count() == 1


def test_the_address_answers_without_its_slash_as_well(anonymous, alice):
    assert anonymous.post("/api/auth/refresh", {"refresh": alice.credentials.refresh}).status_code == 200


def test_whoever_keeps_the_refresh_token_of_the_login_goes_on_for_the_life_of_the_session(anonymous, alice):
    for _ in range(5):
        body = refresh(anonymous, alice.credentials.refresh).json()
        assert anonymous.get("/api/v1/users/me/", **as_bearer(body["access"])).status_code == 200
    token = RefreshToken(alice.credentials.refresh)
    assert token["exp"] >= timezone.now().timestamp() + timedelta(days=3649).total_seconds()


@pytest.mark.parametrize("which", range(4))
def test_whoever_takes_the_new_one_each_time_leaves_only_dead_ones_behind(anonymous, alice, which):
    tokens = [alice.credentials.refresh]
    for _ in range(5):
        tokens.append(refresh(anonymous, tokens[-1]).json()["refresh"])
    assert_refused(anonymous, tokens[which], ends_the_login=True)


def test_a_refresh_token_dies_when_its_successor_is_used_and_not_before(anonymous, alice):
    first = alice.credentials.refresh
    second = refresh(anonymous, first).json()["refresh"]
    assert refresh(anonymous, first).status_code == 200
    third = refresh(anonymous, second).json()["refresh"]
    assert refresh(anonymous, second).status_code == 200
    assert refresh(anonymous, third).status_code == 200
    assert_refused(anonymous, second, ends_the_login=True)


def test_a_spent_token_that_comes_back_ends_the_login_and_is_in_the_security_log(anonymous, alice, bob, caplog):
    spent = alice.credentials.refresh
    second = refresh(anonymous, spent).json()["refresh"]
    latest = refresh(anonymous, second).json()
    session = Session.objects.get(user=alice.user)
    assert_refused(anonymous, spent, ends_the_login=True)
    assert f'refresh_reused user={alice.user.pk} address="127.0.0.1" session={session.pk}' in caplog.text
    for header in (as_bearer(latest["access"]), as_token(alice.credentials.token)):
        assert anonymous.get("/api/v1/users/me/", **header).status_code == 401
    for token in (second, latest["refresh"], spent):
        assert_refused(anonymous, token)
    assert caplog.text.count("refresh_reused") == 1
    assert bob.get("/api/v1/users/me/").status_code == 200


def test_the_users_other_logins_go_on(anonymous, alice):
    other = anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": "correct-horse-battery"}).json()
    refresh(anonymous, refresh(anonymous, alice.credentials.refresh).json()["refresh"])
    assert_refused(anonymous, alice.credentials.refresh, ends_the_login=True)
    assert refresh(anonymous, other["refresh"]).status_code == 200


def test_successors_of_one_token_are_of_one_generation_and_do_not_kill_each_other(anonymous, alice):
    tabs = [refresh(anonymous, alice.credentials.refresh).json()["refresh"] for _ in range(3)]
    assert {RefreshToken(token)["gen"] for token in tabs} == {1}
    assert [refresh(anonymous, token).status_code for token in tabs] == [200] * 3
    assert_refused(anonymous, alice.credentials.refresh, ends_the_login=True)


@pytest.mark.parametrize(("generation", "status"), [(2, 401), (3, 200)])
def test_logins_of_version_0_1_0_go_on(anonymous, alice, settings, generation, status):
    """There the row had the one generation that was alive, and the token lived as long as the session."""
    Session.objects.update(refresh_generation=3)
    token = RefreshToken(alice.credentials.refresh)
    token["gen"] = generation
    token.set_exp(lifetime=timedelta(days=settings.SESSION_DAYS))
    assert refresh(anonymous, str(token)).status_code == status


def test_refreshing_leaves_the_opaque_token_and_other_sessions_alone(anonymous, alice):
    other = anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": "correct-horse-battery"}).json()
    refresh(anonymous, alice.credentials.refresh)
    assert alice.get("/api/v1/users/me/").status_code == 200
    assert refresh(anonymous, other["refresh"]).status_code == 200


def test_refreshing_extends_the_session(anonymous, alice):
    soon = timezone.now() + timedelta(minutes=1)
    Session.objects.update(expires_at=soon)
    refresh(anonymous, alice.credentials.refresh)
    assert Session.objects.get().expires_at > soon


def test_secrets_of_a_refresh_are_stored_nowhere(anonymous, alice):
    body = refresh(anonymous, alice.credentials.refresh).json()
    everything = str(whole_database())
    assert not [secret for secret in body.values() if secret in everything or secret.rpartition(".")[2] in everything]


@pytest.mark.parametrize("kind", ["access", "token"])
def test_another_kind_of_credential_cannot_be_spent(anonymous, alice, kind):
    assert_refused(anonymous, getattr(alice.credentials, kind))


def test_a_refresh_token_opens_no_doors_itself(anonymous, alice):
    for header in (as_bearer(alice.credentials.refresh), as_token(alice.credentials.refresh)):
        assert anonymous.get("/api/v1/users/me/", **header).status_code == 401


def test_an_expired_refresh_token_is_refused(anonymous, alice):
    token = RefreshToken(alice.credentials.refresh)
    token.set_exp(from_time=timezone.now() - timedelta(days=200), lifetime=timedelta(days=90))
    assert_refused(anonymous, str(token))


def test_the_refresh_token_of_an_expired_session_is_refused(anonymous, alice):
    Session.objects.update(expires_at=timezone.now())
    assert_refused(anonymous, alice.credentials.refresh)


@pytest.mark.parametrize("way", ["inactive", "deleted", "password"])
def test_the_refresh_token_of_a_user_who_is_gone_or_has_a_new_password_is_refused(anonymous, alice, way):
    user = alice.user
    if way == "inactive":
        User.objects.update(is_active=False)
    elif way == "deleted":
        user.delete()
    else:
        user.set_password("another-password-7")
        user.save()
    assert_refused(anonymous, alice.credentials.refresh)


def part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def forgeries(token: str) -> dict[str, str]:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = part(json.dumps({**claims, "sid": claims["sid"] + 1}))
    return {
        "garbage": "garbage",
        "dots": "..",
        "other session": f"{head}.{other}.{signature}",
        "no signature": f"{head}.{body}.",
        "algorithm none": f"{part(json.dumps({'alg': 'none', 'typ': 'JWT'}))}.{body}.",
        "head is a list": f"{part('[]')}.{body}.{signature}",
        "head nested deeply": f"{part('[' * 2000)}.{body}.{signature}",
        "body nested deeply": f"{head}.{part('[' * 2000)}.{signature}",
        "not ascii": "é.é.é",
    }


@pytest.mark.parametrize("kind", forgeries("e30.eyJzaWQiOjF9.x"))
def test_a_forged_refresh_token_is_refused(anonymous, alice, kind):
    assert_refused(anonymous, forgeries(alice.credentials.refresh)[kind])


@pytest.mark.parametrize("body", [{}, {"refresh": ""}, {"refresh": None}, {"refresh": ["x"]}, {"refresh": "x" * 5000}])
def test_a_missing_or_impossible_refresh_token_is_400(anonymous, alice, body):
    response = anonymous.post(ADDRESS, body)
    assert response.status_code == 400
    assert set(fields_named(response)) == {"refresh"}


def test_an_expired_token_is_told_from_a_wrong_one(anonymous, alice):
    token = RefreshToken(alice.credentials.refresh)
    token.set_exp(from_time=timezone.now() - timedelta(days=200), lifetime=timedelta(days=90))
    expired, wrong = refresh(anonymous, str(token)), refresh(anonymous, "garbage")
    assert (detail_of(expired), detail_of(wrong)) == ("The token has expired.", "The token is not valid.")
    assert 'error_description="The token has expired."' in expired["WWW-Authenticate"]


@pytest.mark.parametrize("seconds", [-30, 30])
def test_clocks_of_two_hosts_may_differ_a_little(anonymous, alice, seconds):
    token = RefreshToken(alice.credentials.refresh)
    token.set_iat(at_time=timezone.now() + timedelta(seconds=seconds))
    assert refresh(anonymous, str(token)).status_code == 200


def test_of_six_simultaneous_refreshes_all_succeed_with_successors_of_one_generation(server, at_once):
    registered = server.post("/register/", {"username": "alice", "password": PASSWORD})[1]
    token = registered["refresh"]
    for generation in range(1, 6):
        replies = at_once(server.post, [(ADDRESS, {"refresh": token})] * 6)
        assert [status for status, _ in replies] == [200] * 6
        successors = [body["refresh"] for _, body in replies]
        assert {unverified(successor)["gen"] for successor in successors} == {generation}
        for _, body in replies:
            assert server.get("/api/v1/users/me/", Authorization=f"Bearer {body['access']}")[0] == 200
        used, token = token, successors[generation]
        assert server.post(ADDRESS, {"refresh": token})[0] == 200
    assert server.get("/api/v1/users/me/", Authorization=f"Token {registered['token']}")[0] == 200
    assert server.post(ADDRESS, {"refresh": used})[0] == 401
    assert server.get("/api/v1/users/me/", Authorization=f"Token {registered['token']}")[0] == 401


def test_a_token_and_its_successor_at_once_leave_no_way_back(server, at_once):
    """Where the older one comes first, both go on; where it comes last, the login is over. There is nothing between."""
    for number in range(5):
        token = server.post("/register/", {"username": f"alice{number}", "password": PASSWORD})[1]["refresh"]
        successor = server.post(ADDRESS, {"refresh": token})[1]["refresh"]
        replies = at_once(server.post, [(ADDRESS, {"refresh": secret}) for secret in [token, successor] * 3])
        assert {status for status, _ in replies} <= {200, 401}
        has_ended = 401 in [status for status, _ in replies]
        assert server.post(ADDRESS, {"refresh": successor})[0] == (401 if has_ended else 200)
        assert server.post(ADDRESS, {"refresh": token})[0] == 401


def unverified(token: str) -> dict[str, int]:
    """The claims of a token that another installation has signed."""
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_a_login_goes_on_where_the_clock_is_set_back_by_an_hour(anonymous, alice):
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        assert anonymous.get("/api/v1/users/me/", **as_bearer(alice.credentials.access)).status_code == 200
        body = refresh(anonymous, alice.credentials.refresh).json()
        assert anonymous.get("/api/v1/users/me/", **as_bearer(body["access"])).status_code == 200
