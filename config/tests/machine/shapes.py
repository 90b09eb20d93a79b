"""The model as each dialect shows it."""

from typing import Any

from config.tests.machine.model import Collection, Comment, Entry, Model, Movie, Name, Rating, User

Shape = dict[str, Any]
Viewer = User | None


def stars(half_stars: int) -> float:
    return half_stars / 2


def named(name: Name) -> Shape:
    return {"id": name.id, "name": name.name}


def person(user: User) -> Shape:
    return {"id": user.id, "username": user.name}


def first(names: list[Name]) -> Name | None:
    return names[0] if names else None


def canonical(movie: Movie, viewer: Viewer) -> Shape:
    director = first(movie.directors)
    own = movie.ratings.get(viewer) if viewer else None
    return {
        "id": movie.id,
        "uuid": movie.uuid,
        "title": movie.title,
        "description": movie.description,
        "release_date": movie.release_date,
        "duration": movie.duration,
        "director": director and named(director),
        "directors": [named(name) for name in movie.directors],
        "genre": [named(name) for name in movie.genres],
        "cover_image": None,
        "average_rating": movie.average,
        "ratings_count": len(movie.ratings),
        "likes_count": len(movie.likes),
        "favorites_count": len(movie.favorites),
        "comments_count": len(movie.comments),
        "favorite": viewer in movie.favorites,
        "liked": viewer in movie.likes,
        "my_rating": own and stars(own.half_stars),
        "user": movie.owner and person(movie.owner),
        "created_at": movie.created_at,
        "updated_at": movie.updated_at,
    }


def community(movie: Movie, viewer: Viewer) -> Shape:
    return {**canonical(movie, viewer), "like_count": len(movie.likes)}


def showcase(movie: Movie, viewer: Viewer) -> Shape:
    whole, director = canonical(movie, viewer), first(movie.directors)
    kept = ("id", "title", "description", "release_date", "cover_image", "favorite", "average_rating", "likes_count")
    return {
        **{name: whole[name] for name in (*kept, "favorites_count")},
        "director": director and director.name,
        "genre": ", ".join(name.name for name in movie.genres),
        "user": movie.owner and movie.owner.id,
    }


def classic(movie: Movie, viewer: Viewer) -> Shape:
    """Without the times of the director, which nothing else shows."""
    whole = canonical(movie, viewer)
    return {
        **{name: whole[name] for name in ("id", "title", "description", "average_rating", "duration", "director")},
        "total_review": whole["ratings_count"],
        "released_date": whole["release_date"],
        "genre": [{"genre": name.name} for name in movie.genres],
    }


def compact(movie: Movie, viewer: Viewer) -> Shape:
    director = first(movie.directors)
    return {"id": movie.id, "title": movie.title, "director": director and director.name}


# Dialect → where a movie is, and how it looks there. compact has lists alone.
DETAILS = {
    "api": ("/api/v1/movies/{}/", canonical),
    "community": ("/movies/{}/", community),
    "showcase": ("/api/movies/{}/", showcase),
    "classic": ("/{}/", classic),
}


def rating(row: Rating) -> Shape:
    """Without its times."""
    return {"id": row.id, "movie": row.movie.id, "user": person(row.user), "rating": stars(row.half_stars)}


def comment(row: Comment, movie: Movie) -> Shape:
    return {"id": row.id, "user": row.user.name, "movie": movie.id, "text": row.text}


def entry(row: Entry) -> Shape:
    movie = row.movie
    if movie is None:
        return {"uuid": row.uuid, "title": row.title, "description": row.description, "genres": row.genres}
    genres = ", ".join(name.name for name in movie.genres)
    return {"uuid": row.uuid, "title": movie.title, "description": movie.description, "genres": genres}


def collection(row: Collection) -> Shape:
    return {**collector(row), "created_at": row.created_at, "updated_at": row.updated_at}


def collector(row: Collection) -> Shape:
    return {
        "uuid": row.uuid,
        "title": row.title,
        "description": row.description,
        "movies_count": len(row.entries),
        "movies": [entry(item) for item in row.entries],
    }


def favourite_genres(model: Model, user: User) -> list[Shape]:
    return [{"genre": genre, "count": count} for genre, count in model.favourite_genres(user)]
