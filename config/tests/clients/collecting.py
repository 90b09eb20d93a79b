"""A page of document 004: it logs in, lists the collections, opens one, replaces its movies, and shows the favourite genres."""

import sys
from typing import Any

from axios import Axios

QUEERAMA = {
    "title": "Queerama",
    "description": "",
    "genres": "Documentary,History",
    "uuid": "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d",
}
UNKNOWN = {"title": "Satana likuyushchiy", "description": None, "genres": "History", "uuid": ""}


class Page:
    def __init__(self, base_url: str) -> None:
        self.api = Axios(base_url)

    def log_in(self, username: str, password: str) -> None:
        credentials = {"username": username, "password": password}
        self.api.post("/register/", credentials)
        access_token = self.api.post("/login/", credentials)["access_token"]
        self.api.headers["Authorization"] = f"Bearer {access_token}"

    def collections(self) -> list[dict[str, Any]]:
        return self.api.get("/collection/")["data"]["collections"]

    def favourite_genres(self) -> list[str]:
        return self.api.get("/collection/")["data"]["favourite_genres"].split(", ")

    def add(self, title: str, movies: list[dict[str, Any]]) -> str:
        body = {"user_id": "1", "title": title, "description": "Films to see", "movies": movies}
        return self.api.post("/collection/", body)["collection_uuid"]

    def replace_movies(self, uuid: str, movies: list[dict[str, Any]]) -> str:
        return self.api.request("PUT", f"/collection/{uuid}/", {"movies": movies})["message"]

    def titles(self, uuid: str) -> list[str]:
        return [movie["title"] for movie in self.api.get(f"/collection/{uuid}/")["movies"]]


def main(base_url: str) -> None:
    page = Page(base_url)
    page.log_in("viewer", "password123@")
    assert page.collections() == []
    uuids = [page.add(f"Shelf {number}", [QUEERAMA]) for number in range(25)]
    assert [collection["uuid"] for collection in page.collections()] == uuids
    assert page.titles(uuids[0]) == ["Queerama"]
    assert page.replace_movies(uuids[0], [UNKNOWN, QUEERAMA])
    assert page.titles(uuids[0]) == ["Satana likuyushchiy", "Queerama"]
    assert page.favourite_genres() == ["History", "Documentary"]
    for uuid in uuids:
        page.api.request("DELETE", f"/collection/{uuid}/")
    assert page.collections() == []


if __name__ == "__main__":
    main(sys.argv[1])
