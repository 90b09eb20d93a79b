"""GET and POST /api/v1/users/me/tokens/, GET, PATCH and DELETE …/tokens/{id}/"""

import re
from datetime import datetime, timedelta

import pytest
from django.http import HttpRequest
from django.utils import timezone
from post_office.models import Email

from accounts.models import PersonalToken, Session, User, is_well_typed
from accounts.querysets import LAST_USED_PRECISION
from accounts.services import change_password, make_token
from accounts.services.personal_tokens import MOST_TOKENS
from accounts.tests.contract import as_bearer, as_token, assert_is_no_business_of_caches
from conftest import PASSWORD
from rest.tests.helpers import detail_of, fields_named, is_problem, whole_database

ADDRESS = "/api/v1/users/me/tokens/"
ME = "/api/v1/users/me/"
KEYS = {"id", "name", "scopes", "created_at", "expires_at", "last_used_at"}
BODY = {"name": "backup", "scopes": ["collections:read", "movies:read"]}


def make(person, *scopes, **about):
    login = person.user.sessions.first()
    about = {"name": "backup", "expires_in_days": 90, **about}
    return make_token(request=HttpRequest(), user=person.user, login=login, scopes=scopes or ["write"], **about)


class TestMake:
    def test_a_token_is_shown_once(self, alice, anonymous, scheme):
        response = alice.use(scheme).post(ADDRESS, BODY)
        body = response.json()
        assert response.status_code == 201, body
        assert set(body) == {*KEYS, "token"}
        assert_is_no_business_of_caches(response)
        assert (body["name"], body["scopes"], body["last_used_at"]) == (
            "backup",
            ["movies:read", "collections:read"],
            None,
        )
        lifetime = datetime.fromisoformat(body["expires_at"]) - datetime.fromisoformat(body["created_at"])
        assert lifetime == timedelta(days=90)
        assert response["Location"] == f"http://testserver{ADDRESS}{body['id']}/"
        assert body["token"] not in alice.get(response["Location"]).content.decode()
        assert anonymous.get("/movies/", **as_bearer(body["token"])).status_code == 200

    def test_scanners_find_it_and_only_its_digest_is_kept(self, alice):
        token = alice.post(ADDRESS, BODY).json()["token"]
        assert re.fullmatch(r"mrq_[0-9A-Za-z]{42}", token)
        everything = str(whole_database())
        assert PersonalToken.digest(token) in everything
        assert token not in everything

    def test_the_owner_is_told_without_anything_that_a_user_wrote(self, alice):
        secret = alice.post(ADDRESS, {**BODY, "name": "see http://evil.example"}).json()["token"]
        mail = Email.objects.get()
        text = f"{mail.subject} {mail.message} {mail.context}"
        assert mail.to == ["alice@example.com"]
        assert not [part for part in ("evil", "alice", secret) if part in text]

    def test_it_is_a_security_event_without_the_secret(self, alice, caplog):
        body = alice.post(ADDRESS, BODY).json()
        assert f"token_made user={alice.user.pk} " in caplog.text
        assert f"token={body['id']} " in caplog.text
        assert body["token"] not in caplog.text

    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["everything"]}, "scopes.0"),
            ({"scopes": "read"}, "scopes"),
            ({"expires_in_days": 0}, "expires_in_days"),
            ({"expires_in_days": 367}, "expires_in_days"),
            ({"expires_in_days": None}, "expires_in_days"),
            ({"current_password": "wrong"}, "current_password"),
        ],
    )
    def test_what_is_impossible_is_named_and_makes_nothing(self, alice, changes, named):
        response = alice.post(ADDRESS, {**BODY, **changes})
        assert response.status_code == 400
        assert set(fields_named(response)) == {named}
        assert not PersonalToken.objects.exists()
        assert not Email.objects.exists()

    def test_an_older_login_needs_the_password(self, alice):
        Session.objects.update(created_at=timezone.now() - timedelta(hours=1))
        assert set(fields_named(alice.post(ADDRESS, BODY))) == {"current_password"}
        assert alice.post(ADDRESS, {**BODY, "current_password": PASSWORD}).status_code == 201

    def test_an_account_has_no_more_than_so_many(self, alice, bob):
        for _ in range(MOST_TOKENS):
            made = make(alice)
        refused = alice.post(ADDRESS, BODY)
        assert refused.status_code == 409
        assert is_problem(refused)
        assert PersonalToken.objects.count() == MOST_TOKENS
        assert bob.post(ADDRESS, BODY).status_code == 201
        PersonalToken.objects.filter(pk=made.row.pk).update(expires_at=timezone.now())
        assert alice.post(ADDRESS, BODY).status_code == 201
        assert not PersonalToken.objects.filter(pk=made.row.pk).exists()


class TestRead:
    def test_ones_tokens_are_listed_the_newest_first(self, alice, bob):
        make(bob)
        rows = [make(alice, "read", name=f"token {number}").row for number in range(2)]
        body = alice.get(ADDRESS).json()
        assert set(body) == {"count", "next", "previous", "results"}
        assert [set(one) for one in body["results"]] == [KEYS, KEYS]
        assert [one["id"] for one in body["results"]] == [rows[1].pk, rows[0].pk]
        assert alice.get(f"{ADDRESS}{rows[0].pk}/").json() == body["results"][1]

    def test_the_last_use_is_known_by_the_hour(self, alice, anonymous, django_assert_num_queries):
        made = make(alice)
        assert anonymous.get(ME, **as_bearer(made.token)).status_code == 200
        first = PersonalToken.objects.get().last_used_at
        assert first is not None
        with django_assert_num_queries(1):
            anonymous.get(ME, **as_bearer(made.token))
        PersonalToken.objects.update(last_used_at=first - LAST_USED_PRECISION - timedelta(minutes=1))
        anonymous.get(ME, **as_bearer(made.token))
        assert PersonalToken.objects.get().last_used_at >= first


class TestChange:
    def test_it_can_be_renamed_and_nothing_else_of_it_changes(self, alice):
        row = make(alice, "movies:read").row
        wishes = {"name": "nightly", "scopes": ["write"], "expires_in_days": 366, "token": "x", "user": 1}
        response = alice.patch(f"{ADDRESS}{row.pk}/", wishes)
        assert response.status_code == 200
        assert set(response.json()) == KEYS
        after = PersonalToken.objects.get()
        assert (after.name, after.scope, after.expires_at) == ("nightly", "movies:read", row.expires_at)

    @pytest.mark.parametrize("name", ["", None, "x" * 101, ["x"]])
    def test_an_impossible_name_changes_nothing(self, alice, name):
        row = make(alice).row
        before = whole_database()
        assert set(fields_named(alice.patch(f"{ADDRESS}{row.pk}/", {"name": name}))) == {"name"}
        assert whole_database() == before


class TestEnd:
    def test_an_ended_token_is_refused_at_once(self, alice, anonymous, caplog):
        ended, other = make(alice), make(alice)
        assert alice.delete(f"{ADDRESS}{ended.row.pk}/").status_code == 204
        assert anonymous.get(ME, **as_bearer(ended.token)).status_code == 401
        assert anonymous.get(ME, **as_bearer(other.token)).status_code == 200
        assert f"token_ended user={alice.user.pk} " in caplog.text


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_another_users_token_does_not_exist(alice, charlie, method):
    row = make(alice).row
    before = whole_database()
    body = {"name": "mine"} if method == "patch" else None
    assert getattr(charlie, method)(f"{ADDRESS}{row.pk}/", body).status_code == 404
    assert whole_database() == before


# --- As a credential ---


def refusal(response):
    assert response.status_code == 401
    assert response.json()["code"] == "token_not_valid"
    return detail_of(response)


@pytest.mark.parametrize("header", [as_bearer, as_token])
def test_a_token_says_who_calls(alice, anonymous, header):
    assert anonymous.get(ME, **header(make(alice).token)).json()["username"] == "alice"


def test_a_mistyped_token_is_told_from_a_dead_one_without_a_query(alice, anonymous, django_assert_num_queries):
    token = make(alice).token
    slip = f"{token[:10]}{'a' if token[10] != 'a' else 'b'}{token[11:]}"
    for wrong in (token[:-1], f"{token}x", slip, "mrq_"):
        assert not is_well_typed(wrong)
        with django_assert_num_queries(0):
            response = anonymous.get(ME, **as_bearer(wrong))
        assert refusal(response) == "The token is mistyped: its checksum is wrong."
    assert refusal(anonymous.get(ME, **as_bearer(PersonalToken.new_token()))) == "The token is not valid."


def test_an_expired_token_is_refused(alice, anonymous):
    token = make(alice).token
    PersonalToken.objects.update(expires_at=timezone.now())
    assert refusal(anonymous.get(ME, **as_bearer(token))) == "The token has expired or been ended."


@pytest.mark.parametrize("way", ["service", "model", "admin"])
def test_a_new_password_ends_every_token(alice, anonymous, way):
    token = make(alice).token
    if way == "service":
        change_password(user=alice.user, password="another-password-7")
    else:
        alice.user.set_password("another-password-7" if way == "model" else None)
        alice.user.save()
    assert anonymous.get(ME, **as_bearer(token)).status_code == 401


def test_a_stronger_hash_of_the_same_password_ends_none(alice, anonymous, settings):
    token = make(alice).token
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    body = {"username": "alice", "password": PASSWORD}
    assert anonymous.post("/api/v1/auth/login/", body).status_code == 200
    assert User.objects.get().password.startswith("pbkdf2_sha256$")
    assert anonymous.get(ME, **as_bearer(token)).status_code == 200


def test_a_token_stops_while_the_account_is_inactive(alice, anonymous):
    token = make(alice).token
    User.objects.update(is_active=False)
    assert anonymous.get(ME, **as_bearer(token)).status_code == 401
    User.objects.update(is_active=True)
    assert anonymous.get(ME, **as_bearer(token)).status_code == 200


def test_logging_out_does_not_end_it_and_logging_out_with_it_ends_it_alone(alice, anonymous):
    token = make(alice, "movies:read").token
    other = make(alice)
    assert anonymous.post("/api/auth/logout", **as_bearer(token)).status_code == 204
    assert anonymous.get("/movies/", **as_bearer(token)).status_code == 401
    assert alice.get(ME).status_code == 200
    assert alice.post("/logout/").status_code == 200
    assert anonymous.get(ME, **as_bearer(other.token)).status_code == 200


def test_a_token_is_nobodys_refresh_token(alice, anonymous):
    assert anonymous.post("/api/v1/auth/refresh/", {"refresh": make(alice).token}).status_code == 401


def test_tokens_of_staff_have_their_owners_rights_within_their_scopes(sam, alice, anonymous, movie):
    address = f"/api/v1/movies/{movie.pk}/"
    assert anonymous.patch(address, {"title": "x"}, **as_bearer(make(sam, "movies:read").token)).status_code == 403
    assert anonymous.patch(address, {"title": "x"}, **as_bearer(make(sam, "movies:write").token)).status_code == 200
    assert anonymous.patch(address, {"title": "y"}, **as_bearer(make(alice, "movies:write").token)).status_code == 200


def test_a_key_of_idempotency_is_the_owners_whichever_credential_it_comes_with(alice, anonymous):
    key = {"HTTP_IDEMPOTENCY_KEY": "k1"}
    token = make(alice, "movies:write").token
    first = anonymous.post("/api/v1/movies/", {"title": "Alien"}, **as_bearer(token), **key)
    again = alice.post("/api/v1/movies/", {"title": "Alien"}, **key)
    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])


def test_many_at_once_make_no_more_than_an_account_may_have(server, at_once):
    body = {"username": "alice", "password": "password123@"}
    token = server.post("/register/", body)[1]["token"]
    header = {"Authorization": f"Token {token}"}

    def make_one(number):
        return server.request("POST", ADDRESS, {**BODY, "name": f"{number}"}, **header)[0]

    statuses = [status for _ in range(7) for status in at_once(make_one, [(number,) for number in range(8)])]
    assert set(statuses) == {201, 409}
    assert statuses.count(201) == MOST_TOKENS
    assert server.request("GET", ADDRESS, **header)[1]["count"] == MOST_TOKENS
