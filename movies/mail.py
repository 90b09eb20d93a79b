"""Mail about movies. It goes by way of the outbox of accounts."""

from accounts.outbox import queue
from movies.models import Movie

SUBJECT = '{% autoescape off %}Your movie "{{ title }}" has been added{% endautoescape %}'
MESSAGE = """{% autoescape off %}Hello {{ username }},

your movie "{{ title }}" is now in the catalogue, as number {{ movie_id }}.

You get this mail because the account "{{ username }}" has this address. If it is not yours, you need not do anything:
an address that its owner has not confirmed gets only few of these mails.
{% endautoescape %}"""


def announce_movie(movie: Movie) -> None:
    """Puts the mail about a new movie into the outbox, in the transaction that creates the movie."""
    creator = movie.user
    if creator is not None:
        context = {"title": queue.one_line(movie.title), "username": creator.username, "movie_id": movie.pk}
        queue.put(user=creator, about=f"movie {movie.pk}", subject=SUBJECT, message=MESSAGE, context=context)
