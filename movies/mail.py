"""Mail about movies, by way of the outbox."""

from movies.models import Movie


def announce_movie(movie: Movie) -> None:
    """Puts the mail about a new movie into the outbox, in the transaction that creates the movie."""
