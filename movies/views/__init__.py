from movies.views.catalogue import MovieViewSet
from movies.views.feedback import CommentViewSet, RatingViewSet
from movies.views.names import DirectorViewSet, GenreViewSet

__all__ = ["CommentViewSet", "DirectorViewSet", "GenreViewSet", "MovieViewSet", "RatingViewSet"]
