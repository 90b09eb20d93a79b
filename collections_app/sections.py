"""What collections know about an account, for everything about it in one file: `accounts.export`."""

from typing import Any

from django.db.models.functions import Coalesce

from accounts.export import Section, section
from accounts.models import User
from collections_app.models import Collection, CollectionMovie


def sections(*, user: User, **signal: Any) -> list[Section]:
    """What collections answer to `accounts.signals.account_exporting`."""
    return [
        section(
            "collections",
            "your collections",
            Collection.objects.owned_by(user),
            uuid="uuid",
            title="title",
            description="description",
            created_at="created_at",
            updated_at="updated_at",
        ),
        section(
            "collection_movies",
            "the movies in your collections",
            CollectionMovie.objects.in_collections_of(user),
            collection="collection__uuid",
            position="position",
            uuid="uuid",
            movie_id="movie_id",
            title=Coalesce("movie__title", "title"),
            sent_title="title",
            sent_description="description",
            sent_genres="genres",
        ),
    ]
