"""What a browser is told behind a proxy that speaks TLS."""

import urllib.error
import urllib.request
from email.message import Message

from drills.drill import Drill, Outcome
from drills.server import Server

BEHIND_TLS = {"TRUSTED_PROXIES": "1", "ALLOWED_HOSTS": "127.0.0.1,films.example.com"}
BY_HTTPS = {"Host": "films.example.com", "X-Forwarded-Proto": "https"}
PAGES = ["/admin/login/", "/swagger/", "/redoc/"]
DATA = ["/api/v1/movies/", "/api/v1/movies/1/", "/api/v1/nowhere/", "/media/nothing.jpg"]


def headers_of(server: Server, path: str) -> Message:
    request = urllib.request.Request(f"{server.address}{path}", headers=BY_HTTPS)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            found: Message = reply.headers
            return found
    except urllib.error.HTTPError as error:
        return error.headers


def cookies_sent_in_clear(server: Server) -> Outcome:
    cookies = [one for page in PAGES for one in headers_of(server, page).get_all("Set-Cookie", [])]
    loose = [one for one in cookies if "Secure" not in one or "HttpOnly" not in one]
    unsafe = sum(1 for path in PAGES + DATA if "Strict-Transport-Security" not in headers_of(server, path))
    figure = f"cookies without Secure or HttpOnly: {len(loose)} of {len(cookies)}; answers without HSTS: {unsafe}"
    return Outcome(figure, bool(cookies) and not loose and not unsafe)


def scripts_of_strangers(server: Server) -> Outcome:
    """Pages that would run a script written into them, and data that a browser would run or frame at all."""
    policies = {path: headers_of(server, path).get("Content-Security-Policy", "") for path in PAGES + DATA}
    running = [path for path in PAGES if "script-src 'self';" not in f"{policies[path]};"]
    shown = [path for path in DATA if "default-src 'none'" not in policies[path]]
    figure = f"pages that run scripts of strangers: {len(running)} of {len(PAGES)}; data without a policy: {len(shown)}"
    return Outcome(figure, not running and not shown)


COOKIES = Drill(
    "cookies",
    "Behind TLS no cookie ever travels without it.",
    cookies_sent_in_clear,
    without={"TRUSTED_PROXIES": "0"},
    env=BEHIND_TLS,
)
HEADERS = Drill(
    "headers",
    "No page runs a script that somebody has written into it.",
    scripts_of_strangers,
    without={"BROWSER_POLICIES": "off"},
    env=BEHIND_TLS,
)
