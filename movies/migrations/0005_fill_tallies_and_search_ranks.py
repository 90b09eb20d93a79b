"""Counts what is kept from now on, once, from what is there."""

from django.db import migrations
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

ALL, GENRE, LARGE_RANGE, SMALL_RANGE = range(4)
LEVELS = 16  # of popularity: the first begins at 4, each following one at four times as much


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    movie, link, stats, word, posting, tally = (
        apps.get_model("movies", name).objects.using(database)
        for name in ("Movie", "MovieGenre", "MovieStats", "SearchWord", "SearchPosting", "Tally")
    )
    counted = {(ALL, 0): movie.count()}
    for kind, width in ((LARGE_RANGE, 16_384), (SMALL_RANGE, 256)):
        ranges = movie.order_by().annotate(range=F("pk") / width).values_list("range").annotate(n=Count("pk"))
        counted |= {(kind, key): n for key, n in ranges}
    counted |= {(GENRE, key): n for key, n in link.order_by().values_list("genre").annotate(n=Count("pk"))}
    tally.bulk_create((tally.model(kind=kind, key=key, count=n) for (kind, key), n in counted.items()), batch_size=500)
    of_word = posting.filter(word=OuterRef("pk")).order_by().values("word").annotate(n=Count("pk")).values("n")
    word.update(movies_count=Coalesce(Subquery(of_word), 0))
    said = F("favorites_count") + F("likes_count") + F("ratings_count")
    for level in range(1, LEVELS):
        popular = stats.annotate(said=said).filter(said__gte=4**level, said__lt=4 ** (level + 1))
        posting.filter(movie__in=popular.values("movie")).update(popularity=level)


class Migration(migrations.Migration):
    dependencies = [("movies", "0004_tallies_and_search_ranks")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
