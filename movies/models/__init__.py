from movies.models.alias import GenreAlias
from movies.models.catalogue import Director, Genre, Movie, MovieDirector, MovieGenre, MovieStats
from movies.models.feedback import Comment, Favorite, Like, Rating
from movies.models.reports import CommentReport
from movies.models.revision import GenreRevision
from movies.models.search import SearchPosting, SearchRevision, SearchSpelling, SearchWord
from movies.models.tally import Tally

__all__ = [
    "Comment",
    "CommentReport",
    "Director",
    "Favorite",
    "Genre",
    "GenreAlias",
    "GenreRevision",
    "Like",
    "Movie",
    "MovieDirector",
    "MovieGenre",
    "MovieStats",
    "Rating",
    "SearchPosting",
    "SearchRevision",
    "SearchSpelling",
    "SearchWord",
    "Tally",
]
