"""No secret is kept readably anywhere: not in the database, not in the logs of server and mail worker, not in an error.

A real server that logs all it can is walked through whatever hands secrets out or takes them. Afterwards every table and
every log is searched for each of them.
"""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pyotp
import pytest
import requests
from django.conf import settings

from accounts.tests.letterbox import LINK
from accounts.tests.mailserver import MailServer
from drills.server import ADMIN_PASSWORD, running

# Each walk is long, so one process takes all tests of it.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("secrets")]
SECRET_KEY = "the-signing-key-of-this-installation-4711-and-then-some-more"
REGISTERING = [
    "/api/v1/auth/register/",
    "/account/register/",
    "/api/auth/register",
    "/api/auth/register/",
    "/register/",
]
LOGGING_IN = ["/api/v1/auth/login/", "/account/login/", "/api/auth/login", "/api/auth/login/", "/login/"]
REFRESHING = ["/api/v1/auth/refresh/", "/account/refresh/", "/api/auth/refresh", "/api/auth/refresh/", "/refresh/"]
METRICS_TOKEN = "the-token-that-opens-the-metrics-4711"
HANDED_OUT = ("token", "access", "refresh")


class Walk:
    """A person's way through the server. `secrets` is all that was handed out or sent, `errors` the bodies of errors."""

    def __init__(self, server):
        self.server, self.secrets, self.errors, self.statuses = (
            server,
            {SECRET_KEY, ADMIN_PASSWORD, METRICS_TOKEN},
            [],
            [],
        )

    def secret(self, text):
        self.secrets.add(text)
        return text

    def ask(self, method, path, token="", headers=None, **options):
        headers = {**(headers or {}), **({"Authorization": f"Token {token}"} if token else {})}
        reply = requests.request(method, f"{self.server.address}{path}", headers=headers, timeout=60, **options)
        self.statuses.append((method, path, reply.status_code))
        if reply.status_code >= 400:
            self.errors.append(reply.text)
        elif "json" in reply.headers.get("Content-Type", "") and isinstance(reply.json(), dict):
            self.secrets |= {reply.json()[name] for name in HANDED_OUT if reply.json().get(name)}
        return reply

    def post(self, path, body=None, **options):
        return self.ask("POST", path, json=body, **options)

    def accounts(self):
        """Registers, logs in and refreshes in every dialect; then with wrong passwords, names and tokens."""
        for number, (register, login, refresh) in enumerate(zip(REGISTERING, LOGGING_IN, REFRESHING, strict=True)):
            password = self.secret(f"walker-horse-battery-{number}")
            name = {"username": f"walker{number}", "password": password}
            about = {**name, "password2": password, "email": f"walker{number}@example.com", "name": "W"}
            assert self.post(register, about, headers={"Idempotency-Key": f"register{number}"}).status_code == 201
            self.post(register, about, headers={"Idempotency-Key": f"register{number}"})
            reply = self.post(login, name)
            assert reply.status_code == 200, reply.text
            if spent := reply.json().get("refresh"):
                assert self.post(refresh, {"refresh": spent}).status_code == 200
                self.post(refresh, {"refresh": spent})
            self.post(login, {**name, "password": self.secret(f"nearly-the-battery-{number}")})
            self.post(login, {"username": self.secret(f"typed-into-the-wrong-field-{number}"), "password": "x"})
            self.ask("POST", login, data=b'{"password": "' + self.secret(f"broken-json-{number}").encode())
            self.ask("GET", "/api/v1/users/me/", token=self.secret(f"{number}ab" * 20))
            self.post(refresh, {"refresh": self.secret(f"no.refresh.token{number}")})

    def changes(self):
        """A login's own secrets: personal tokens, the password, with retries."""
        old, new = "walker-horse-battery-0", self.secret("another-horse-battery-0")
        token = self.post(LOGGING_IN[0], {"username": "walker0", "password": old}).json()["token"]
        wanted = {"name": "script", "scopes": ["read"], "current_password": old}
        for _ in range(2):
            made = self.post("/api/v1/users/me/tokens/", wanted, token=token, headers={"Idempotency-Key": "make"})
            assert made.status_code == 201, made.text
        personal = {"Authorization": f"Bearer {made.json()['token']}"}
        assert self.ask("GET", "/api/v1/users/me/", headers=personal).status_code == 200
        assert self.ask("DELETE", "/api/v1/movies/1/", headers=personal).status_code == 403
        movie = {"title": "Secret", "description": "d", "release_date": "2001-01-01", "director": "D", "genre": ["G"]}
        for _ in range(2):
            assert self.post("/api/v1/movies/", movie, token=token, headers={"Idempotency-Key": "a"}).status_code == 201
        change = {"current_password": old, "new_password": new}
        self.post("/api/v1/users/me/password/", {**change, "current_password": "wrong"}, token=token)
        for _ in range(2):
            self.post("/api/v1/users/me/password/", change, token=token, headers={"Idempotency-Key": "change"})
        self.post(LOGGING_IN[0], {"username": "walker0", "password": new})

    def second_factor(self):
        """An app's secret, codes of it, and recovery codes."""
        person = {"username": "walker2", "password": "walker-horse-battery-2"}
        token, path = self.post(LOGGING_IN[0], person).json()["token"], "/api/v1/users/me/second-factor/"
        secret = self.secret(self.post(path, {}, token=token).json()["secret"])
        code = pyotp.TOTP(secret).now()
        confirmed = self.post(f"{path}confirm/", {"code": code}, token=token)
        assert confirmed.status_code == 200, confirmed.text
        codes = confirmed.json()["recovery_codes"]
        self.secrets |= {*codes, *(code.replace("-", "") for code in codes)}
        for otp, status in (("", 401), (self.secret("no-such-recovery-code"), 401), (codes[0], 200), (codes[0], 401)):
            assert self.post(LOGGING_IN[4], {**person, "otp": otp}).status_code == status

    def keys_by_mail(self, mails):
        """Keys that arrive, used and used up: one that confirms an address, one for a forgotten password."""
        said = mail_worker(self.server, mails)
        for key in self.keys_in(mails, "walker3@example.com"):
            for status in (200, 400):
                assert self.post("/api/v1/auth/confirm/", {"key": key}).status_code == status
            self.errors.append(self.ask("GET", f"/accounts/confirm/?key={key}").text)
        mails.mails.clear()
        self.post("/api/v1/auth/password-reset/", {"email": "walker3@example.com"})
        said += mail_worker(self.server, mails)
        (key,) = self.keys_in(mails, "walker3@example.com")
        change = {"key": key, "new_password": self.secret("a-third-horse-battery")}
        for status in (204, 400):
            assert self.post("/api/v1/auth/password-reset/confirm/", change).status_code == status
        return said + mail_worker(self.server, mails)

    def keys_in(self, mails, address):
        texts = [mail.get_content().replace("\r\n", "\n") for mail in mails.mails if mail["To"] == address]
        keys = [key for text in texts for _, _, key in LINK.findall(text)]
        assert keys, f"{address} got no key: {texts}"
        self.secrets.update(keys)
        return keys

    def admin(self):
        """The admin's form, with a wrong password and with the right one."""
        browser, address = requests.Session(), f"{self.server.address}/admin/login/"
        for password in (self.secret("not-quite-the-admins"), ADMIN_PASSWORD):
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', browser.get(address, timeout=60).text)[1]
            form = {"username": "admin", "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"}
            reply = browser.post(address, form, timeout=60)
            self.errors.append(reply.text)
        assert "Log out" in reply.text
        self.secrets.add(browser.cookies["csrftoken"])
        self.errors.append(browser.post(address, {"password": ADMIN_PASSWORD}, timeout=60).text)  # 403: no CSRF token

    def metrics(self):
        self.errors.append(self.ask("GET", "/metrics", token=self.secret("not-quite-the-token-of-metrics")).text)
        return self.ask("GET", "/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).text

    def failures(self):
        """Errors of the server's own, while it holds a secret."""
        token = self.post(LOGGING_IN[1], {"username": "walker1", "password": "walker-horse-battery-1"}).json()["token"]
        execute(self.server.environment["DATABASE_URL"], "ALTER TABLE movies_rating RENAME TO away")
        movie = requests.get(f"{self.server.address}/api/v1/movies/?page_size=1", timeout=60).json()["results"][0]["id"]
        failed = [self.ask("PUT", f"/api/v1/movies/{movie}/rating/", token=token, json={"rating": 4}).status_code]
        execute(self.server.environment["DATABASE_URL"], "ALTER TABLE accounts_session RENAME TO gone")
        failed += [
            self.post(login, {"username": "walker1", "password": "walker-horse-battery-1"}).status_code
            for login in LOGGING_IN
        ]
        assert failed == [500] * 6


def execute(url, statement):
    with closing(connection_to(url)) as connection:
        connection.cursor().execute(statement)
        connection.commit()


def connection_to(url):
    return sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg2.connect(url)


def whole_text_of(url):
    """Table → all that stands in it, as text."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if not url.startswith("sqlite"):
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with closing(connection_to(url)) as connection:
        cursor = connection.cursor()
        cursor.execute(tables)
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = "\n".join(as_text(value) for row in cursor.fetchall() for value in row)
    return found


def as_text(value):
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def mail_worker(server, mails):
    """What the mail worker says while it sends all there is."""
    done = subprocess.run(
        [sys.executable, "manage.py", "send_mail", "--once"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **server.environment, "EMAIL_URL": f"smtp://127.0.0.1:{mails.port}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module", params=["line", "json"])
def walked(request):
    """The secrets of a walk, and place → what is written there. Access lines are in the server's log."""
    env = {
        "LOG_FORMAT": request.param,
        "METRICS_TOKEN": METRICS_TOKEN,
        "LOG_LEVEL": "DEBUG",
        "SECRET_KEY": SECRET_KEY,
        "THROTTLING": "off",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with MailServer() as mails, running(**env, COUNTER_WRITE_SECONDS="1") as server:
        walk = Walk(server)
        walk.accounts()
        walk.changes()
        walk.admin()
        walk.second_factor()
        worker = walk.keys_by_mail(mails)
        walk.failures()
        places = {f"table {name}": text for name, text in whole_text_of(server.environment["DATABASE_URL"]).items()}
        places |= {"the server's log": Path(server.log).read_text(errors="replace"), "the mail worker's log": worker}
        places["errors"] = "\n".join(walk.errors)
        places["the metrics"] = walk.metrics()
    return walk, places


def test_the_walk_went_where_secrets_are(walked):
    walk, places = walked
    assert len(walk.secrets) > 50
    assert {len(secret) > 8 for secret in walk.secrets} == {True}
    assert {status for _, _, status in walk.statuses} >= {200, 201, 204, 400, 401, 403, 500}
    for table in (
        "accounts_user",
        "django_session",
        "metrics_keptanswer",
        "post_office_email",
        "accounts_secondfactor",
        "gone",
    ):
        assert places[f"table {table}"], f"nothing is in {table}, so nothing was looked at."
    assert "walker0@example.com" in places["table accounts_user"]
    assert '"title":"Secret"' in places["table metrics_keptanswer"]
    assert "Traceback" in places["the server's log"]
    assert "marquee.security" in places["the server's log"]
    assert "marquee.access" in places["the server's log"]
    assert 'route="/api/v1/auth/login/"' in places["the metrics"]


def test_no_secret_is_kept_readably_anywhere(walked):
    walk, places = walked
    forms = {form for secret in walk.secrets for form in (secret, quote(secret), secret.encode().hex())}
    found = [f"{place}: {secret}" for place, text in places.items() for secret in forms if secret in text]
    assert found == []


def test_no_query_and_no_address_is_in_an_access_line(walked):
    _, places = walked
    lines = [line for line in places["the server's log"].splitlines() if "marquee.access" in line]
    assert len(lines) > 50
    assert not any("?" in line or "key=" in line for line in lines)


def test_no_traceback_is_answered(walked):
    _, places = walked
    assert "Traceback" not in places["errors"]
    assert "OperationalError" not in places["errors"]
