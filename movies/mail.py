"""Mail about movies. It goes by way of the outbox of accounts."""

from typing import Any

from django.conf import settings

from accounts.outbox import queue
from movies.models import Movie

SUBJECT = '{% autoescape off %}Your movie "{{ title }}" has been added{% endautoescape %}'
MESSAGE = """{% autoescape off %}Hello {{ username }},

your movie "{{ title }}" is now in the catalogue, as number {{ movie_id }}.

You get this mail because the account "{{ username }}" has this address.
{% endautoescape %}"""


# To an address that may be a stranger's: it has nothing that anybody wrote.
PLAIN_SUBJECT = "A movie that you added is in the catalogue"
PLAIN_MESSAGE = """{% autoescape off %}Hello,

the movie number {{ movie_id }} that you added is in the catalogue.

You get this mail because an account at {{ home }} has this address. Once you have confirmed it, these mails say
which movie it is: another mail has the link. If the account is not yours, you need not do anything: an address
that its owner has not confirmed gets only few of these mails.
{% endautoescape %}"""


def announce_movie(movie: Movie) -> None:
    """Puts the mail about a new movie into the outbox, in the transaction that creates the movie."""
    creator = movie.user
    if creator is None:
        return
    subject, message = (SUBJECT, MESSAGE) if creator.email_confirmed else (PLAIN_SUBJECT, PLAIN_MESSAGE)
    about: dict[str, Any] = {"movie_id": movie.pk, "home": settings.PUBLIC_URL}
    if creator.email_confirmed:
        about |= {"title": queue.one_line(movie.title), "username": creator.username}
    queue.put(user=creator, about=f"movie {movie.pk}", subject=subject, message=message, context=about)
