"""A client of document 003 that keeps "the refresh token obtained during login" for as long as it runs.

Its interceptor does what most do: whatever is refused with `token_not_valid` is sent once more with a new access token.
Requests that are refused at once renew at once, each for itself.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from axios import Axios, Failed

TABS = 6
MOVIE = {
    "title": "Inception",
    "description": "A thief who steals secrets through dreams is to plant one.",
    "release_date": "2010-07-16",
    "director": "Christopher Nolan",
    "genre": "Action, Science Fiction",
}


class Client(Axios):
    def log_in(self, username: str, password: str) -> None:
        body = self.post("/api/auth/login/", {"username": username, "password": password})
        self.refresh_token = body["refresh"]
        self.headers["Authorization"] = f"Bearer {body['access']}"

    def request(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return super().request(method, path, body)
        except Failed as error:
            if error.status != 401 or error.data.get("code") != "token_not_valid":
                raise
            self.renew()
            return super().request(method, path, body)

    def renew(self) -> None:
        body = Axios(self.base_url).post("/api/auth/refresh/", {"refresh": self.refresh_token})
        self.headers["Authorization"] = f"Bearer {body['access']}"

    def lose_the_access_token(self) -> None:
        """As if its hour were over: what is left of it is no token."""
        self.headers["Authorization"] += "x"


def main(base_url: str) -> None:
    client = Client(base_url)
    credentials = {"username": "nora", "password": "password123@"}
    client.post("/api/auth/register/", {**credentials, "email": "nora@example.com"})
    client.log_in(**credentials)
    movie = client.post("/api/movies/", MOVIE)
    for _ in range(4):
        client.lose_the_access_token()
        assert client.get(f"/api/movies/{movie['id']}/")["title"] == "Inception"
    for favorite in (True, False, True):
        client.lose_the_access_token()
        with ThreadPoolExecutor(TABS) as tabs:
            shown = list(tabs.map(client.get, [f"/api/movies/{movie['id']}/"] * TABS))
        assert [tab["id"] for tab in shown] == [movie["id"]] * TABS
        assert client.post(f"/api/movies/{movie['id']}/favorite/")["favorite"] is favorite


if __name__ == "__main__":
    main(sys.argv[1])
