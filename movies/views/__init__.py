from movies.views.catalogue import DirectorViewSet, GenreViewSet, MovieViewSet
from movies.views.feedback import CommentViewSet, RatingViewSet

__all__ = ["CommentViewSet", "DirectorViewSet", "GenreViewSet", "MovieViewSet", "RatingViewSet"]
