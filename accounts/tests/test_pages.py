"""The pages at /accounts/, to which the links in mails lead: walked from the mail to the end, as a person does."""

import re
from html import unescape

import pytest
from django.test import Client
from post_office.models import Email

from accounts.models import User
from accounts.tests.letterbox import key_in, link_in
from accounts.tests.test_password import NEW, OLD
from rest.tests.helpers import whole_database

ALICE = "alice@example.com"
CONFIRM, ASK, RESET = "/accounts/confirm/", "/accounts/password-reset/", "/accounts/password-reset/confirm/"


class Browser:
    """Follows links and sends forms with all their hidden fields, and is checked as a browser's is."""

    def __init__(self, **defaults):
        self.client = Client(enforce_csrf_checks=True, **defaults)
        self.page = ""

    def open(self, address):
        return self.took(self.client.get(address))

    def send(self, **typed):
        action = unescape(re.search(r'<form method="post" action="([^"]*)"', self.page)[1])
        inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.page)
        return self.took(self.client.post(action, {**dict(inputs), **typed}))

    def took(self, response):
        self.page = response.content.decode()
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Frame-Options"] == "DENY"
        assert "http" not in re.sub(r"\s", "", "".join(re.findall(r'(?:href|src|action)="([^"]*)"', self.page)))
        assert "<script" not in self.page
        return response

    @property
    def heading(self):
        return unescape(re.search(r"<h1>(.*?)</h1>", self.page, re.S)[1])


@pytest.fixture
def browser(db):
    return Browser()


def test_an_address_is_confirmed_from_the_mail_on(anonymous, browser, letterbox):
    body = {"username": "hp1", "email": "rit@gmail.com", "password": "password123@"}
    anonymous.post("/account/register/", {**body, "password2": body["password"]})
    link = link_in(letterbox.one("rit@gmail.com"))
    before = whole_database()
    assert browser.open(link).status_code == 200
    assert (browser.heading, whole_database()) == ("Confirm your address", before)  # scanners of mail follow links
    assert "rit@gmail.com" in browser.page
    assert browser.send().status_code == 200
    assert browser.heading == "Thank you"
    assert User.objects.get().email_confirmed
    assert browser.open(link).status_code == 400
    assert browser.heading == "This link does not work"


def test_a_forgotten_password_is_set_from_asking_to_logging_in(anonymous, alice, browser, letterbox):
    browser.open(ASK)
    assert browser.send(email=ALICE).status_code == 202
    assert browser.heading == "Look into your mail"
    link = link_in(letterbox.one(ALICE))
    browser.open(link)
    assert browser.heading == "Set a new password"
    assert browser.send(new_password=NEW, repeated=NEW).status_code == 200
    assert browser.heading == "Your password is set"
    assert alice.get("/api/v1/users/me/").status_code == 401
    assert anonymous.post("/login/", {"username": "alice", "password": OLD}).status_code == 401
    assert anonymous.post("/login/", {"username": "alice", "password": NEW}).status_code == 200
    assert browser.open(link).status_code == 400
    assert f'href="{ASK}"' in browser.page


def test_a_new_address_is_confirmed_and_the_old_one_told(person, browser, letterbox):
    alice = person("alice", email_confirmed=True)
    alice.patch("/api/v1/users/me/", {"email": "new@example.com"})
    link = next(link_in(mail) for mail in letterbox.arrived() if mail["To"] == "new@example.com")
    browser.open(link)
    assert browser.heading == "Change your address"
    browser.send()
    assert browser.heading == "Thank you"
    assert User.objects.get().email == "new@example.com"
    letterbox.one(ALICE)


def test_an_address_that_is_taken_meanwhile_has_a_page_of_its_own(person, browser, letterbox):
    alice = person("alice", email_confirmed=True)
    alice.patch("/api/v1/users/me/", {"email": "new@example.com"})
    link = next(link_in(mail) for mail in letterbox.arrived() if mail["To"] == "new@example.com")
    browser.open(link)
    person("other", email="new@example.com")
    assert browser.send().status_code == 400
    assert browser.heading == "This address has been taken"
    assert User.objects.get(username="alice").email == ALICE


def test_the_page_says_what_is_wrong_with_a_password_and_keeps_the_key(alice, browser, letterbox):
    browser.open(ASK)
    browser.send(email=ALICE)
    browser.open(link_in(letterbox.one(ALICE)))
    assert browser.send(new_password=NEW, repeated=NEW + "x").status_code == 400
    assert "The two passwords do not match." in browser.page
    assert browser.send(new_password="alicealice", repeated="alicealice").status_code == 400
    assert "too easy to guess" in browser.page or "too similar" in browser.page
    assert "alicealice" not in browser.page
    assert browser.send(new_password="", repeated="").status_code == 400
    assert browser.send(new_password=NEW, repeated=NEW).status_code == 200


@pytest.mark.parametrize(
    "key", ["", "x", "0" * 64, "nul%00", "%ff", "%ED%A0%80", "x" * 5000, '"><script>alert(1)</script>']
)
@pytest.mark.parametrize("page", [CONFIRM, RESET])
def test_a_wrong_key_gets_a_page_that_says_what_to_do(browser, page, key):
    assert browser.open(f"{page}?key={key}").status_code == 400
    assert browser.heading == "This link does not work"


def test_a_form_with_a_wrong_key_gets_it_too(alice, browser, letterbox):
    for page, more in ((CONFIRM, {}), (RESET, {"new_password": NEW, "repeated": NEW})):
        browser.open(ASK)
        token = re.search(r'csrfmiddlewaretoken" value="([^"]*)"', browser.page)[1]
        for key in ("", "nul\0", "x" * 5000):
            sent = {"csrfmiddlewaretoken": token, "key": key, **more}
            assert browser.took(browser.client.post(page, sent)).status_code == 400
            assert browser.heading == "This link does not work"


@pytest.mark.parametrize("page", [CONFIRM, ASK, RESET])
def test_a_form_from_elsewhere_is_refused(alice, page, letterbox):
    client = Client(enforce_csrf_checks=True)
    before = whole_database()
    assert client.post(page, {"email": ALICE, "key": "x"}).status_code == 403
    assert whole_database() == before


def test_an_unknown_address_gets_the_same_page(alice, letterbox):
    pages = []
    for email in (ALICE, "nobody@example.com"):
        browser = Browser()
        browser.open(ASK)
        pages.append((browser.send(email=email).status_code, browser.page))
    assert pages[0] == pages[1]
    letterbox.one(ALICE)


def test_what_is_no_address_is_named(browser):
    browser.open(ASK)
    assert browser.send(email="nobody").status_code == 400
    assert "Enter a valid email address." in browser.page


def test_pages_and_their_twins_in_the_api_are_limited_by_one_count(anonymous, browser, settings):
    settings.THROTTLING = True
    for number in range(29):
        anonymous.post("/api/v1/auth/password-reset/", {"email": f"{number}@example.com"})
    browser.open(ASK)
    assert browser.send(email="29@example.com").status_code == 202
    browser.open(ASK)
    response = browser.client.post(ASK, {"email": "30@example.com", "csrfmiddlewaretoken": csrf(browser)})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "<h1>Too Many Requests</h1>" in response.content.decode()


def csrf(browser):
    return re.search(r'csrfmiddlewaretoken" value="([^"]*)"', browser.page)[1]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "testserver"])
def test_links_in_mails_never_come_from_the_request(alice, letterbox, settings, host):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "https://films.example.com/marquee"
    client = Client(headers={"host": host, "x-forwarded-host": host})
    assert client.post("/api/v1/auth/password-reset/", {"email": ALICE}).status_code == 202
    mail = letterbox.one(ALICE)
    assert f"\nhttps://films.example.com/marquee{link_in(mail)}" in mail.get_content().replace("\r", "")
    assert "evil" not in mail.as_string()


def test_below_a_path_the_pages_lead_to_each_other(browser, below_films):
    browser.open(ASK)
    assert 'action="/films/accounts/password-reset/"' in browser.page
    assert 'href="/films/static/accounts/pages.css"' in browser.page


def test_the_page_of_a_key_does_not_tell_whether_there_is_an_account(alice, browser):
    answers = {browser.open(f"{RESET}?key={key}").content for key in ("0" * 64, "alice", "1")}
    assert len(answers) == 1
    assert not Email.objects.exists()


def test_keys_are_not_in_the_log(alice, browser, letterbox, caplog):
    browser.open(ASK)
    browser.send(email=ALICE)
    mail = letterbox.one(ALICE)
    browser.open(link_in(mail))
    browser.send(new_password=NEW, repeated=NEW)
    browser.open(link_in(mail))
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    assert key_in(mail) not in str(ours)
    assert NEW not in str(ours)
