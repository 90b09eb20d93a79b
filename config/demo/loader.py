"""Fills an empty database with the demo catalogue, so that every page shows something."""

import json
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from django.db import transaction

from accounts.models import BlockedAddress, User
from collections_app.services import create_collection
from movies import moderation, services
from movies.importing import Row, add_missing
from movies.models import Comment, Favorite, Like, Movie

FOLDER = Path(__file__).parent
SEED = 1895  # the same tastes give the same ratings on every machine
AVERAGE_HALF_STARS = 7
SHARE_RATED = 0.45


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@transaction.atomic
def load() -> dict[str, int]:
    """Loads everything or nothing: what → how many."""
    films, community = read("films.json"), read("community.json")
    add_missing([as_row(film) for film in sorted(films, key=lambda film: film["release_date"])])
    movies = {movie.title: movie for movie in Movie.objects.complete().order_by("-release_date")}
    users = {entry["username"]: create_user(entry["username"]) for entry in community["users"]}
    for entry in community["users"]:
        give_feedback(users[entry["username"]], entry["taste"], list(movies.values()))
    for entry in community["comments"]:
        services.comment(movie=movies[entry["film"]], user=users[entry["user"]], text=entry["text"])
    for entry in community["reports"]:
        comment = Comment.objects.get(movie=movies[entry["film"]], user=users[entry["user"]])
        moderation.report_comment(comment=comment, user=users[entry["by"]], reason=entry["reason"])
    for entry in community["blocked"]:
        BlockedAddress.objects.create(**entry)
    for entry in community["collections"]:
        create_collection(
            user=users[entry["user"]],
            title=entry["title"],
            description=entry["description"],
            movies=[{"uuid": movies[title].uuid} for title in entry["films"]],
        )
    return {"films": len(films), **{name: len(entries) for name, entries in community.items()}}


def as_row(film: dict[str, Any]) -> Row:
    return Row(**{**film, "release_date": date.fromisoformat(film["release_date"])})


def create_user(username: str) -> User:
    """A demo user, whom nobody can log in as."""
    user = User(username=username)
    user.set_unusable_password()
    user.save()
    return user


def give_feedback(user: User, taste: dict[str, float], movies: list[Movie]) -> None:
    """Ratings around what the genres mean to the user; likes for the good ones, favourites for the best."""
    random = Random(f"{SEED} {user.username}")  # noqa: S311 - plausible, not secret
    for movie in movies:
        if random.random() > SHARE_RATED:
            continue
        liking = sum(taste.get(genre.name, 0) for genre in movie.genre_list)
        half_stars = max(1, min(10, round(random.gauss(AVERAGE_HALF_STARS + liking, 1.2))))
        services.rate(movie_id=movie.pk, user=user, half_stars=half_stars)
        if half_stars >= 7:
            services.set_mark(Like, movie_id=movie.pk, user=user, wanted=True)
        if half_stars >= 9:
            services.set_mark(Favorite, movie_id=movie.pk, user=user, wanted=True)
