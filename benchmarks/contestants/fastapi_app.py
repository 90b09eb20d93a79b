"""FastAPI with SQLAlchemy 2 (async ORM) and asyncpg on uvicorn: what a team that knows its tools would write.

It uses the kept counts and the search tables as they are, loads relations with select-in loading, counts its pages
and validates what it sends. On SQLite the driver is aiosqlite.
"""

import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from sqlalchemy import Select, case, event, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload, selectinload

from benchmarks.contestants.fastapi_models import (
    CategoryOut,
    Favorite,
    Genre,
    Like,
    LikeOut,
    Login,
    Movie,
    MovieDirector,
    MovieGenre,
    MovieOut,
    PageOut,
    Person,
    Rating,
    RatingIn,
    RatingOut,
    Stats,
    User,
)
from benchmarks.contestants.fastapi_search import find

PAGE_SIZE = 20
URL = (
    os.environ["DATABASE_URL"]
    .replace("postgres://", "postgresql+asyncpg://")
    .replace("sqlite://", "sqlite+aiosqlite://")
)
engine = create_async_engine(URL, pool_size=16, max_overflow=0)
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()

if URL.startswith("sqlite"):

    @event.listens_for(engine.sync_engine, "connect")
    def wait_for_other_writers(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA busy_timeout = 20000")


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def get_caller(session: Session, authorization: Annotated[str | None, Header()] = None) -> User | None:
    if authorization is None:
        return None
    digest = hashlib.sha256(authorization.removeprefix("Token ").encode()).hexdigest()
    login = await session.scalar(select(Login).where(Login.token_digest == digest).options(joinedload(Login.user)))
    if login is None or not login.user.is_active or login.expires_at < datetime.now(UTC):
        raise HTTPException(401, "Invalid credential.")
    if hashlib.sha256(login.user.password.encode()).hexdigest() != login.password_digest:
        raise HTTPException(401, "Invalid credential.")
    return login.user


async def get_user(caller: Annotated[User | None, Depends(get_caller)]) -> User:
    if caller is None:
        raise HTTPException(401, "A credential is needed.")
    return caller


Caller = Annotated[User | None, Depends(get_caller)]
KnownCaller = Annotated[User, Depends(get_user)]


def complete(query: Select[Any]) -> Select[Any]:
    return query.options(
        selectinload(Movie.director),
        selectinload(Movie.user),
        selectinload(Movie.stats),
        selectinload(Movie.director_links).selectinload(MovieDirector.director),
        selectinload(Movie.genre_links).selectinload(MovieGenre.genre),
    )


async def shown(session: AsyncSession, movies: Iterable[Movie], caller: User | None = None) -> list[MovieOut]:
    movies = list(movies)
    favorites, likes, ratings = await own(session, [movie.id for movie in movies], caller)
    return [
        MovieOut(
            id=movie.id,
            uuid=movie.uuid,
            title=movie.title,
            description=movie.description,
            release_date=movie.release_date,
            duration=movie.duration,
            director=movie.director,
            directors=[link.director for link in movie.director_links],
            genre=[link.genre for link in movie.genre_links],
            cover_image=movie.cover_image or None,
            average_rating=round(movie.stats.average_rating, 2),
            ratings_count=movie.stats.ratings_count,
            likes_count=movie.stats.likes_count,
            favorites_count=movie.stats.favorites_count,
            comments_count=movie.stats.comments_count,
            favorite=movie.id in favorites,
            liked=movie.id in likes,
            my_rating=ratings.get(movie.id),
            user=movie.user,
            created_at=movie.created_at,
            updated_at=movie.updated_at,
        )
        for movie in movies
    ]


async def own(
    session: AsyncSession, movie_ids: list[int], caller: User | None
) -> tuple[set[int], set[int], dict[int, float]]:
    """The caller's favourites, likes and ratings among these movies."""
    if caller is None:
        return set(), set(), {}

    def mine(model: Any) -> tuple[Any, Any]:
        return model.user_id == caller.id, model.movie_id.in_(movie_ids)

    favorites = await session.scalars(select(Favorite.movie_id).where(*mine(Favorite)))
    likes = await session.scalars(select(Like.movie_id).where(*mine(Like)))
    ratings = await session.execute(select(Rating.movie_id, Rating.half_stars).where(*mine(Rating)))
    return set(favorites), set(likes), {movie_id: half_stars / 2 for movie_id, half_stars in ratings}


async def count(session: AsyncSession, query: Select[Any]) -> int:
    return await session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def envelope(request: Request, total: int, page: int, results: list[MovieOut]) -> PageOut:
    following = str(request.url.include_query_params(page=page + 1)) if page * PAGE_SIZE < total else None
    previous = str(request.url.include_query_params(page=page - 1)) if page > 1 else None
    return PageOut(count=total, next=following, previous=previous, results=results)


@app.get("/api/v1/movies/")
async def movies(
    request: Request,
    session: Session,
    caller: Caller,
    page: int = 1,
    cursor: int | None = None,
    genre: str | None = None,
    ordering: str = "-id",
) -> PageOut:
    query = select(Movie)
    if genre is not None:
        of_genre = select(MovieGenre.movie_id).join(MovieGenre.genre).where(Genre.name_key == genre.lower())
        query = query.where(Movie.id.in_(of_genre))
    if ordering == "-average_rating":
        query = query.join(Movie.stats).order_by(Stats.average_rating.desc())
    total = await count(session, select(Movie.id).where(*query._where_criteria))
    query = query.order_by(Movie.id.desc()).limit(PAGE_SIZE)
    query = query.where(Movie.id < cursor) if cursor is not None else query.offset((page - 1) * PAGE_SIZE)
    found = await session.scalars(complete(query))
    return envelope(request, total, page, await shown(session, found, caller))


@app.get("/api/v1/movies/most-liked/")
async def most_liked(session: Session) -> list[MovieOut]:
    query = select(Movie).join(Movie.stats).where(Stats.favorites_count > 0)
    query = query.order_by(Stats.favorites_count.desc(), Stats.movie_id.desc()).limit(10)
    return await shown(session, await session.scalars(complete(query)))


@app.get("/api/v1/movies/newest/")
async def newest(session: Session) -> list[MovieOut]:
    query = select(Movie).where(Movie.release_date.is_not(None))
    query = query.order_by(Movie.release_date.desc(), Movie.id.desc()).limit(5)
    return await shown(session, await session.scalars(complete(query)))


@app.get("/api/v1/movies/categories/")
async def categories(session: Session) -> list[CategoryOut]:
    best_first = (Stats.favorites_count.desc(), Stats.movie_id.desc())
    ranked = (
        select(
            MovieGenre.genre_id,
            MovieGenre.movie_id,
            func.row_number().over(partition_by=MovieGenre.genre_id, order_by=best_first).label("rank"),
        )
        .join(Stats, Stats.movie_id == MovieGenre.movie_id)
        .subquery()
    )
    top = await session.execute(select(ranked).where(ranked.c.rank <= 5).order_by(ranked.c.genre_id, ranked.c.rank))
    of_genre: dict[int, list[int]] = {}
    for genre_id, movie_id, _ in top:
        of_genre.setdefault(genre_id, []).append(movie_id)
    wanted = {movie_id for ids in of_genre.values() for movie_id in ids}
    found = await session.scalars(complete(select(Movie).where(Movie.id.in_(wanted))))
    by_id = {movie.id: movie for movie in await shown(session, found)}
    genres = await session.scalars(select(Genre).where(Genre.id.in_(of_genre)).order_by(Genre.name_key))
    return [CategoryOut(id=g.id, name=g.name, movies=[by_id[movie_id] for movie_id in of_genre[g.id]]) for g in genres]


@app.get("/api/v1/movies/search/")
async def search(request: Request, session: Session, q: str, page: int = 1) -> PageOut:
    words = re.findall(r"\w+", q.lower())
    ids, total = await find(session, words, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    at = case({movie_id: place for place, movie_id in enumerate(ids)}, value=Movie.id) if ids else Movie.id
    found = await session.scalars(complete(select(Movie).where(Movie.id.in_(ids)).order_by(at)))
    return envelope(request, total, page, await shown(session, found))


@app.get("/api/v1/movies/{movie_id}/")
async def movie(session: Session, caller: Caller, movie_id: int) -> MovieOut:
    found = await session.scalar(complete(select(Movie).where(Movie.id == movie_id)))
    if found is None:
        raise HTTPException(404, "No such movie.")
    return (await shown(session, [found], caller))[0]


@app.put("/api/v1/movies/{movie_id}/rating/")
async def rate(session: Session, caller: KnownCaller, movie_id: int, sent: RatingIn, response: Response) -> RatingOut:
    creator = (await session.execute(select(Movie.user_id).where(Movie.id == movie_id))).one_or_none()
    if creator is None:
        raise HTTPException(404, "No such movie.")
    if creator.user_id == caller.id:
        raise HTTPException(403, "Nobody rates a movie that they added.")
    await session.scalar(select(Stats.movie_id).where(Stats.movie_id == movie_id).with_for_update())
    half_stars = int(2 * sent.rating)
    rating = await session.scalar(select(Rating).where(Rating.user_id == caller.id, Rating.movie_id == movie_id))
    previous, is_new = (rating.half_stars, False) if rating else (0, True)
    if rating is None:
        rating = Rating(user_id=caller.id, movie_id=movie_id)
        session.add(rating)
    rating.half_stars = half_stars
    counts = {
        "ratings_sum": Stats.ratings_sum + half_stars - previous,
        "ratings_count": Stats.ratings_count + int(is_new),
    }
    await session.execute(update(Stats).where(Stats.movie_id == movie_id).values(counts))
    await session.commit()
    response.status_code = 201 if is_new else 200
    return RatingOut(
        id=rating.id,
        movie=movie_id,
        user=Person.model_validate(caller),
        rating=half_stars / 2,
        created_at=rating.created_at,
        updated_at=rating.updated_at,
    )


@app.post("/api/v1/movies/{movie_id}/like/")
async def like(session: Session, caller: KnownCaller, movie_id: int, response: Response) -> LikeOut:
    likes = await session.scalar(select(Stats.likes_count).where(Stats.movie_id == movie_id).with_for_update())
    if likes is None:
        raise HTTPException(404, "No such movie.")
    if await session.scalar(select(Like.id).where(Like.user_id == caller.id, Like.movie_id == movie_id)):
        return LikeOut(message="You already like this movie.", likes_count=likes)
    session.add(Like(user_id=caller.id, movie_id=movie_id))
    await session.execute(update(Stats).where(Stats.movie_id == movie_id).values(likes_count=Stats.likes_count + 1))
    await session.commit()
    response.status_code = 201
    return LikeOut(message="Movie liked.", likes_count=likes + 1)
