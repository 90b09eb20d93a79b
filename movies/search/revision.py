"""By which rules the index is made: a release whose rules are others makes the whole of it anew, before it starts."""

from movies.models import Movie, SearchRevision
from movies.search.indexing import index_ids
from rest.chunks import id_batches
from rest.database.locks import let_others_write

RULES = 1  # one more whenever `weighted_words` gives something else for the same movie
BATCH = 1000  # movies a transaction


def is_outdated() -> bool:
    """Whether there are movies that may be indexed by other rules."""
    return Movie.objects.exists() and not SearchRevision.objects.filter(pk=SearchRevision.ID, number=RULES).exists()


def bring_up_to_date() -> None:
    """Indexes all movies by the rules of this release. What is interrupted begins anew, and has less to write."""
    for ids in id_batches(Movie.objects.all(), BATCH):
        index_ids([ids])
        let_others_write()
    SearchRevision.objects.update_or_create(pk=SearchRevision.ID, defaults={"number": RULES})
