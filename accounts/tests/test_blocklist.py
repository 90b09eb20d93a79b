"""The list of blocked e-mail addresses."""

import pytest
from post_office.models import Email

from accounts.models import BlockedAddress, User
from accounts.outbox import queue
from config.tests.admin import Office, address
from rest.tests.helpers import fields_named

pytestmark = pytest.mark.django_db
REGISTRATIONS = [
    "/api/v1/auth/register/",
    "/api/auth/register/",
    "/api/auth/register",
    "/register/",
    "/account/register/",
]
PASSWORDS = dict.fromkeys(["password", "password2"], "correct-horse-battery")
BLOCKED = ["spam.example", "Mallory+x@Example.com", "bücher.example"]
REFUSED = [
    "a@spam.example", "A@SPAM.Example", "a@mail.deep.spam.example", "mallory@example.com", "MALLORY+other@EXAMPLE.COM",
    "a@bücher.example", "a@xn--bcher-kva.example",
]  # fmt: skip
ALLOWED = [
    "a@notspam.example",
    "a@spam.example.org",
    "malloryx@example.com",
    "spam.example@example.com",
    "a@example.com",
]


@pytest.fixture(autouse=True)
def blocked():
    for entry in BLOCKED:
        BlockedAddress.objects.create(address=entry)


@pytest.mark.parametrize("url", REGISTRATIONS)
@pytest.mark.parametrize("email", REFUSED)
def test_nobody_registers_with_a_blocked_address(anonymous, url, email):
    response = anonymous.post(url, {"username": "mallory", "email": email, **PASSWORDS})
    assert response.status_code == 400
    assert set(fields_named(response)) == {"email"}
    assert not User.objects.exists()
    assert not Email.objects.exists()


@pytest.mark.parametrize("email", ALLOWED)
def test_others_are_taken(anonymous, email):
    body = {"username": "mallory", "email": email, "password": PASSWORDS["password"]}
    assert anonymous.post("/api/v1/auth/register/", body).status_code == 201


def test_nobody_changes_to_a_blocked_address(alice):
    response = alice.patch("/api/v1/users/me/", {"email": "a@spam.example"})
    assert response.status_code == 400
    assert set(fields_named(response)) == {"email"}
    assert User.objects.get().email == "alice@example.com"


def test_whoever_has_one_already_keeps_it_and_gets_no_mail(person):
    early = person("early", email="early@spam.example")
    body = {"email": "Early@spam.example", "username": "earlier"}
    assert early.patch("/api/v1/users/me/", body).status_code == 200
    queue.put(user=early.user, about="a test", subject="Hm.", message="Hm.", context={})
    assert not Email.objects.exists()


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [("other.example", True), ("@other.example", True), ("a@other.example", True), ("Spam.Example", False),
     ("mallory@example.com", False), ("nonsense", False), ("a b.example", False), ("@", False), ("", False)],
)  # fmt: skip
def test_an_entry_is_an_address_or_a_domain_and_is_there_once(sam, text, is_taken):
    reply = Office(sam.user).add(BlockedAddress, address=text)
    assert reply.status_code == (302 if is_taken else 200)
    assert BlockedAddress.objects.count() == len(BLOCKED) + is_taken


def test_an_entry_is_found_by_its_beginning(sam):
    found = Office(sam.user).get(address(BlockedAddress), {"q": "MALL"})
    assert found.context["cl"].result_count == 1
