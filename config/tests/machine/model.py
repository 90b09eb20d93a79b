"""What the server has to remember. Nothing here knows a request or a database."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


def key_of(name: str) -> str:
    """Under which names of directors and genres are the same. The machine's names differ in case only."""
    return name.casefold()


@dataclass(eq=False)
class User:
    id: int
    name: str
    email: str
    password: str
    is_staff: bool = False
    sessions: list["Session"] = field(default_factory=list)


@dataclass(eq=False)
class Session:
    """A login. Which credentials there are depends on the dialect that it was opened in."""

    user: User
    id: int
    secrets: list[str]
    refresh: list[tuple[int, str]] = field(default_factory=list)  # (generation, token)
    generation: int = 0  # the latest that has been used


@dataclass(eq=False)
class Name:
    """A director or a genre, spelled as it was first."""

    id: int
    name: str


@dataclass(eq=False)
class Rating:
    id: int
    user: User
    movie: "Movie"
    half_stars: int


@dataclass(eq=False)
class Comment:
    id: int
    user: User
    text: str


@dataclass(eq=False)
class Movie:
    id: int
    uuid: str
    owner: User | None
    title: str
    description: str = ""
    release_date: str | None = None
    duration: int | None = None
    directors: list[Name] = field(default_factory=list)
    genres: list[Name] = field(default_factory=list)
    ratings: dict[User, Rating] = field(default_factory=dict)
    likes: dict[User, None] = field(default_factory=dict)  # in their order
    favorites: set[User] = field(default_factory=set)
    comments: list[Comment] = field(default_factory=list)
    created_at: str = ""
    updated_at: str = ""

    @property
    def average(self) -> float:
        halves = [rating.half_stars for rating in self.ratings.values()]
        return round(sum(halves) / len(halves) / 2, 2) if halves else 0


@dataclass(eq=False)
class Entry:
    """A movie's place in a collection: what was sent, and the catalogue's movie where there is one."""

    uuid: str
    movie: Movie | None
    title: str
    description: str
    genres: str


@dataclass(eq=False)
class Collection:
    uuid: str
    owner: User
    title: str
    description: str
    entries: list[Entry]
    created_at: str = ""
    updated_at: str = ""


class Model:
    """Everything that there is, in the order in which it came."""

    def __init__(self) -> None:
        self.users: list[User] = []
        self.movies: dict[int, Movie] = {}
        self.collections: list[Collection] = []
        self.genres: dict[str, Name] = {}
        self.directors: dict[str, Name] = {}
        self.gone: list[Movie] = []

    @property
    def sessions(self) -> list[Session]:
        return [session for user in self.users for session in user.sessions]

    @property
    def ratings(self) -> list[Rating]:
        """The newest first."""
        every = [rating for movie in self.movies.values() for rating in movie.ratings.values()]
        return sorted(every, key=lambda rating: -rating.id)

    def end(self, *sessions: Session) -> None:
        for session in sessions:
            session.user.sessions.remove(session)

    def delete_user(self, user: User) -> None:
        """The movies stay, without the name; whatever the user said about movies goes, and the collections."""
        self.end(*list(user.sessions))
        self.users.remove(user)
        self.collections = [kept for kept in self.collections if kept.owner is not user]
        for movie in self.movies.values():
            movie.owner = None if movie.owner is user else movie.owner
            movie.ratings.pop(user, None)
            movie.likes.pop(user, None)
            movie.favorites.discard(user)
            movie.comments = [comment for comment in movie.comments if comment.user is not user]

    def delete_movie(self, movie: Movie) -> None:
        """Collections keep what was sent about it."""
        del self.movies[movie.id]
        self.gone.append(movie)
        for collection in self.collections:
            for entry in collection.entries:
                entry.movie = None if entry.movie is movie else entry.movie

    def by_count(self, count: Any) -> list[Movie]:
        """The movies with the most first, of equal ones the newest."""
        return sorted(self.movies.values(), key=lambda movie: (-count(movie), -movie.id))

    def favourite_genres(self, user: User) -> list[tuple[str, int]]:
        """The three that occur most in the user's collections, ties by name, each in its most frequent spelling."""
        spellings: dict[str, Counter[str]] = {}
        for collection in self.collections:
            for entry in collection.entries if collection.owner is user else []:
                names = [genre.name for genre in entry.movie.genres] if entry.movie else entry.genres.split(",")
                for name in filter(None, map(str.strip, names)):
                    spellings.setdefault(key_of(name), Counter())[name] += 1
        ranked = sorted(spellings.items(), key=lambda item: (-item[1].total(), item[0]))
        return [(min(names, key=lambda name: (-names[name], name)), names.total()) for _, names in ranked[:3]]
