"""`Authorization: Token …` and `Authorization: Bearer …`, on every endpoint that needs one."""

import base64
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Session, User
from accounts.querysets import LAST_USED_PRECISION
from accounts.tests.contract import as_bearer
from rest.exceptions import CHALLENGE
from rest.tests.helpers import is_problem, whole_database

ME = "/api/v1/users/me/"
CANONICAL = [
    ("get", "/api/v1/users/me/"),
    ("patch", "/api/v1/users/me/"),
    ("delete", "/api/v1/users/me/"),
    ("post", "/api/v1/users/me/password/"),
    ("get", "/api/v1/users/me/sessions/"),
    ("delete", "/api/v1/users/me/sessions/1/"),
    ("post", "/api/v1/users/me/sessions/end-others/"),
    ("post", "/api/v1/auth/logout/"),
    ("post", "/api/v1/movies/"),
    ("put", "/api/v1/movies/1/"),
    ("patch", "/api/v1/movies/1/"),
    ("delete", "/api/v1/movies/1/"),
    ("post", "/api/v1/movies/1/favorite/"),
    ("put", "/api/v1/movies/1/favorite/"),
    ("delete", "/api/v1/movies/1/favorite/"),
    ("post", "/api/v1/movies/1/like/"),
    ("delete", "/api/v1/movies/1/like/"),
    ("post", "/api/v1/movies/1/comments/"),
    ("get", "/api/v1/movies/1/rating/"),
    ("put", "/api/v1/movies/1/rating/"),
    ("delete", "/api/v1/movies/1/rating/"),
    ("delete", "/api/v1/comments/1/"),
    ("post", "/api/v1/ratings/"),
    ("get", "/api/v1/collections/"),
    ("post", "/api/v1/collections/"),
    ("get", "/api/v1/collections/favourite-genres/"),
    ("get", "/api/v1/collections/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
    ("put", "/api/v1/collections/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
    ("patch", "/api/v1/collections/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
    ("delete", "/api/v1/collections/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
]
DIALECTS = [
    ("post", "/api/auth/logout"),
    ("post", "/api/auth/movies"),
    ("post", "/api/auth/rating"),
    ("post", "/logout/"),
    ("post", "/movies/"),
    ("put", "/movies/1/"),
    ("patch", "/movies/1/"),
    ("delete", "/movies/1/"),
    ("post", "/movies/1/like/"),
    ("post", "/movies/1/comments/"),
    ("post", "/movies/1/favorite/"),
    ("put", "/movies/1/rating/"),
    ("delete", "/comments/1/"),
    ("get", "/collection/"),
    ("post", "/collection/"),
    ("get", "/collection/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
    ("put", "/collection/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
    ("patch", "/collection/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
    ("delete", "/collection/57baf4f4-c9ef-4197-9e4f-acf04eae5b4d/"),
    ("post", "/account/logout/"),
    ("post", "/"),
    ("put", "/1/"),
    ("patch", "/1/"),
    ("delete", "/1/"),
]
PROTECTED = CANONICAL + DIALECTS
BY_NAME = [" ".join(endpoint) for endpoint in PROTECTED]


@pytest.fixture
def ask(anonymous):
    def ask(endpoint, **headers):
        method, path = endpoint
        return getattr(anonymous, method)(path, **headers)

    return ask


@pytest.mark.parametrize("endpoint", PROTECTED, ids=BY_NAME)
def test_without_a_credential_the_answer_is_401_and_nothing_changes(ask, alice, endpoint):
    before = whole_database()
    response = ask(endpoint)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == CHALLENGE
    assert response.json().get("code") == ("not_authenticated" if endpoint in CANONICAL else None)
    assert is_problem(response) == (endpoint in CANONICAL)
    assert whole_database() == before


@pytest.mark.parametrize("word", ["Token", "Bearer"])
@pytest.mark.parametrize("endpoint", PROTECTED, ids=BY_NAME)
def test_either_credential_opens_the_endpoint_behind_either_word(ask, person, scheme, word, endpoint):
    alice = person("alice")
    secret = {"Token": alice.credentials.token, "Bearer": alice.credentials.access}[scheme]
    assert ask(endpoint, HTTP_AUTHORIZATION=f"{word} {secret}").status_code in {200, 204, 400, 404}


@pytest.mark.parametrize("word", ["Token", "Bearer"])
@pytest.mark.parametrize("endpoint", PROTECTED, ids=BY_NAME)
def test_a_refused_credential_has_the_code_that_clients_renew_on(ask, alice, word, endpoint):
    before = whole_database()
    assert_refused(ask(endpoint, HTTP_AUTHORIZATION=f"{word} {'5' * 64}"), word, "The token is not valid.")
    assert whole_database() == before


def assert_refused(response, word, why):
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == f'{word} realm="Marquee", error="invalid_token", error_description="{why}"'
    body = response.json()
    assert (body["code"], body["detail"]) == ("token_not_valid", why)
    assert is_problem(response) or set(body) == {"detail", "code"}


def part(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def forged(token, **changes):
    head, body, signature = token.split(".")
    claims = {**json.loads(base64.urlsafe_b64decode(body + "==")), **changes}
    return f"{head}.{part(json.dumps(claims))}.{signature}"


MALFORMED = "The Authorization header is not a scheme and one token."
GARBAGE = [
    "",
    " ",
    "Token",
    "Bearer",
    "Token ",
    "Bearer ",
    "Token a b",
    "Bearer a b",
    "Basic YWxpY2U6eA==",
    "Digest username=alice",
    "garbage",
    "Token \xff\xfe",
    "Bearer \xff\xfe",
    "Token \x00",
    "Bearer \x00",
    "Bearer ..",
    "Bearer e30.e30.e30",
    f"Bearer {part('[' * 5000)}.e30.x",
    f"Bearer {part('null')}.{part('null')}.",
    "Bearer " + part('{"alg":"none"}') + "." + part('{"sid":1,"token_type":"access"}') + ".",
    "Token " + "x" * 100_000,
    "Bearer " + "x" * 100_000,
    "Token ' OR 1=1 --",
    "Tökën \xe4",
]


@pytest.mark.parametrize("header", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_in_the_header_is_401(anonymous, alice, header):
    for method, path in (
        ("get", ME),
        ("get", "/collection/"),
        ("post", "/movies/"),
        ("post", "/"),
        ("post", "/api/auth/rating"),
    ):
        assert getattr(anonymous, method)(path, HTTP_AUTHORIZATION=header).status_code == 401


@pytest.mark.parametrize("header", ["Token dead", "Bearer dead"])
def test_a_dead_credential_is_401_even_where_none_is_needed(anonymous, header):
    assert anonymous.get("/movies/", HTTP_AUTHORIZATION=header).status_code == 401


@pytest.mark.parametrize("word", ["token", "TOKEN", "ToKeN", "bearer", "BEARER", "bEARER"])
def test_the_scheme_is_written_in_any_case(anonymous, alice, word):
    for secret in (alice.credentials.token, alice.credentials.access):
        assert anonymous.get(ME, HTTP_AUTHORIZATION=f"{word} {secret}").status_code == 200


@pytest.mark.parametrize("blanks", ["  ", "\t", " " * 50])
def test_how_many_blanks_stand_between_does_not_matter(anonymous, alice, blanks):
    assert anonymous.get(ME, HTTP_AUTHORIZATION=f"Token{blanks}{alice.credentials.token}").status_code == 200
    assert anonymous.get(ME, HTTP_AUTHORIZATION=f"Token {blanks}{alice.credentials.token}{blanks}").status_code == 200


@pytest.mark.parametrize("blank", ["\xa0", "\x85", " \xa0"])
def test_signs_beyond_ascii_are_no_blanks(anonymous, alice, blank):
    for path in (ME, "/api/v1/movies/"):
        response = anonymous.get(path, HTTP_AUTHORIZATION=f"Token{blank}{alice.credentials.token}")
        assert_refused(response, "Token", MALFORMED)


@pytest.mark.parametrize("address", ["/api/v1/movies/", "/movies/", "/api/movies/", "/", "/api/auth/movies"])
@pytest.mark.parametrize("word", ["Token", "Bearer"])
def test_the_fast_path_refuses_in_the_same_words(anonymous, alice, word, address):
    token = AccessToken(alice.credentials.access)
    token.set_exp(from_time=timezone.now() - timedelta(hours=3), lifetime=timedelta(hours=1))
    refusals = {"dead": "The token is not valid.", str(token): "The token has expired.", "two words": MALFORMED}
    refusals[forged(alice.credentials.access, sid=9)] = "The token is not valid."
    for secret, why in refusals.items():
        assert_refused(anonymous.get(address, HTTP_AUTHORIZATION=f"{word} {secret}"), word, why)
    alice.post("/logout/")
    header = f"{word} {alice.credentials.access}"
    assert_refused(anonymous.get(address, HTTP_AUTHORIZATION=header), word, "The login has ended.")


@pytest.mark.parametrize(
    "header", ["JWT {access}", "{token}", "Basic YWxpY2U6eA==", "x" * 300 + " {token}", "Tokens {token}"]
)
def test_what_no_scheme_of_ours_announces_is_no_credential(anonymous, alice, header):
    response = anonymous.get(ME, HTTP_AUTHORIZATION=header.format(**vars(alice.credentials)))
    assert (response.status_code, response["WWW-Authenticate"]) == (401, CHALLENGE)
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("seconds", [-30, 30])
def test_an_access_token_is_forgiven_a_little_difference_of_the_hosts_clocks(anonymous, alice, seconds):
    token = AccessToken(alice.credentials.access)
    token.set_iat(at_time=timezone.now() + timedelta(seconds=seconds))
    token.set_exp(from_time=timezone.now(), lifetime=timedelta(seconds=seconds))
    assert anonymous.get(ME, **as_bearer(str(token))).status_code == 200


@pytest.mark.parametrize("claims", [{"exp": -90}, {"iat": 90}])
def test_but_not_a_great_one(anonymous, alice, claims):
    token = AccessToken(alice.credentials.access)
    for claim, seconds in claims.items():
        token.set_exp(claim, from_time=timezone.now(), lifetime=timedelta(seconds=seconds))
    assert anonymous.get(ME, **as_bearer(str(token))).status_code == 401


def test_a_credential_that_dies_while_it_is_used_is_refused_with_the_word_that_was_used(alice, monkeypatch):
    monkeypatch.setattr("accounts.models.User.objects.select_for_update", lambda: User.objects.none())
    assert_refused(alice.patch(ME, {"username": "alicia"}), "Token", "The account was deleted meanwhile.")


def test_a_session_cannot_be_exchanged_in_a_signed_token(anonymous, alice, bob):
    for changes in ({"sid": Session.objects.get(user=bob.user).pk}, {"exp": 9999999999}, {"user_id": bob.user.pk}):
        assert anonymous.get(ME, **as_bearer(forged(alice.credentials.access, **changes))).status_code == 401


def test_a_token_signed_elsewhere_is_refused(anonymous, alice, settings):
    import jwt

    claims = jwt.decode(alice.credentials.access, options={"verify_signature": False})
    for key, algorithm in (("x" * 64, "HS256"), (settings.SECRET_KEY, "HS512")):
        assert anonymous.get(ME, **as_bearer(jwt.encode(claims, key, algorithm))).status_code == 401


def test_an_access_token_without_a_session_is_refused(anonymous, alice):
    assert anonymous.get(ME, **as_bearer(str(AccessToken.for_user(alice.user)))).status_code == 401


def test_an_expired_access_token_is_refused_and_the_session_lives(anonymous, alice):
    token = AccessToken(alice.credentials.access)
    token.set_exp(from_time=timezone.now() - timedelta(hours=3), lifetime=timedelta(hours=1))
    assert anonymous.get(ME, **as_bearer(str(token))).status_code == 401
    assert alice.get(ME).status_code == 200


def test_an_access_token_lives_as_long_as_the_settings_say(alice, settings):
    lifetime = AccessToken(alice.credentials.access)["exp"] - timezone.now().timestamp()
    assert lifetime == pytest.approx(settings.ACCESS_TOKEN_MINUTES * 60, abs=30)


def test_an_expired_session_is_over_for_both_kinds(alice, scheme):
    Session.objects.update(expires_at=timezone.now())
    assert alice.use(scheme).get(ME).status_code == 401


def test_an_inactive_user_is_locked_out_and_comes_back_when_active_again(alice, scheme):
    alice.use(scheme)
    User.objects.update(is_active=False)
    assert alice.get(ME).status_code == 401
    User.objects.update(is_active=True)
    assert alice.get(ME).status_code == 200


def test_a_deleted_user_is_locked_out(alice, scheme):
    alice.use(scheme)
    User.objects.get().delete()
    assert alice.get(ME).status_code == 401


def test_use_extends_the_session_but_is_not_written_down_each_time(alice, scheme, settings):
    alice.use(scheme)
    before = Session.objects.get()
    alice.get(ME)
    assert Session.objects.get().last_used_at == before.last_used_at
    long_ago = timezone.now() - LAST_USED_PRECISION - timedelta(minutes=1)
    Session.objects.update(last_used_at=long_ago, expires_at=timezone.now() + timedelta(days=1))
    assert alice.get(ME).status_code == 200
    after = Session.objects.get()
    assert after.last_used_at > long_ago
    assert after.expires_at - after.last_used_at == timedelta(days=settings.SESSION_DAYS)


def test_a_request_costs_one_query_for_its_credential(alice, scheme, django_assert_num_queries):
    alice.use(scheme)
    with django_assert_num_queries(1):
        assert alice.get(ME).status_code == 200


def test_only_digests_of_tokens_are_stored(alice):
    everything = str(whole_database())
    assert Session.digest(alice.credentials.token) in everything
    assert alice.credentials.token not in everything


def test_expired_sessions_can_be_told_from_the_others(alice, bob):
    Session.objects.filter(user=alice.user).update(expires_at=timezone.now())
    assert [session.user for session in Session.objects.expired()] == [alice.user]
