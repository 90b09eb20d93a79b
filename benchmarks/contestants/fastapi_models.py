"""The FastAPI contestant's tables (SQLAlchemy 2) and shapes (pydantic)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, FetchedValue, ForeignKey, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Moment(TypeDecorator):
    """A moment with its zone; SQLite keeps UTC without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=None) if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger, datetime: Moment}


class User(Base):
    __tablename__ = "accounts_user"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    password: Mapped[str]
    is_active: Mapped[bool]


class Login(Base):
    __tablename__ = "accounts_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_user.id"))
    token_digest: Mapped[str]
    password_digest: Mapped[str]
    expires_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class Director(Base):
    __tablename__ = "movies_director"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Genre(Base):
    __tablename__ = "movies_genre"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]


class MovieGenre(Base):
    __tablename__ = "movies_moviegenre"
    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies_movie.id"))
    genre_id: Mapped[int] = mapped_column(ForeignKey("movies_genre.id"))
    genre: Mapped[Genre] = relationship()


class MovieDirector(Base):
    __tablename__ = "movies_moviedirector"
    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies_movie.id"))
    director_id: Mapped[int] = mapped_column(ForeignKey("movies_director.id"))
    director: Mapped[Director] = relationship()


class Stats(Base):
    __tablename__ = "movies_moviestats"
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies_movie.id"), primary_key=True)
    ratings_sum: Mapped[int]
    ratings_count: Mapped[int]
    likes_count: Mapped[int]
    favorites_count: Mapped[int]
    comments_count: Mapped[int]
    average_rating: Mapped[float] = mapped_column(FetchedValue())


class Movie(Base):
    __tablename__ = "movies_movie"
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID]
    title: Mapped[str]
    title_key: Mapped[str]
    description: Mapped[str]
    release_date: Mapped[date | None]
    duration: Mapped[int | None]
    director_id: Mapped[int | None] = mapped_column(ForeignKey("movies_director.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_user.id"))
    cover_image: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    director: Mapped[Director | None] = relationship()
    user: Mapped[User | None] = relationship()
    stats: Mapped[Stats] = relationship()
    director_links: Mapped[list[MovieDirector]] = relationship(order_by=MovieDirector.id)
    genre_links: Mapped[list[MovieGenre]] = relationship(order_by=MovieGenre.id)


class Rating(Base):
    __tablename__ = "movies_rating"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_user.id"))
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies_movie.id"))
    half_stars: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Like(Base):
    __tablename__ = "movies_like"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_user.id"))
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies_movie.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Favorite(Base):
    __tablename__ = "movies_favorite"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_user.id"))
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies_movie.id"))


class Word(Base):
    __tablename__ = "movies_searchword"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    movies_count: Mapped[int]


class Spelling(Base):
    __tablename__ = "movies_searchspelling"
    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int]
    text: Mapped[str]


class Posting(Base):
    __tablename__ = "movies_searchposting"
    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int]
    movie_id: Mapped[int]
    weight: Mapped[int]
    popularity: Mapped[int]


# --- Shapes ---


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Named(Shape):
    id: int
    name: str


class Person(Shape):
    id: int
    username: str


class MovieOut(Shape):
    id: int
    uuid: UUID
    title: str
    description: str
    release_date: date | None
    duration: int | None
    director: Named | None
    directors: list[Named]
    genre: list[Named]
    cover_image: str | None
    average_rating: float
    ratings_count: int
    likes_count: int
    favorites_count: int
    comments_count: int
    favorite: bool = False
    liked: bool = False
    my_rating: float | None = None
    user: Person | None
    created_at: datetime
    updated_at: datetime


class PageOut(BaseModel):
    count: int
    next: str | None
    previous: str | None
    results: list[MovieOut]


class CategoryOut(Named):
    movies: list[MovieOut]


class RatingIn(BaseModel):
    rating: float = Field(ge=0.5, le=5, multiple_of=0.5)


class RatingOut(BaseModel):
    id: int
    movie: int
    user: Person
    rating: float
    created_at: datetime
    updated_at: datetime


class LikeOut(BaseModel):
    message: str
    likes_count: int
