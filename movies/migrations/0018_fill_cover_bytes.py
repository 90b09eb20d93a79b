"""Looks up how long the covers are that are there; one whose file is gone has nothing."""

from contextlib import suppress

from django.core.files.storage import default_storage
from django.db import migrations

from rest.chunks import id_batches

BATCH = 1_000


def fill(apps, schema_editor):
    movies = apps.get_model("movies", "Movie").objects.using(schema_editor.connection.alias)
    for ids in id_batches(movies.exclude(cover_image=""), BATCH):
        for pk, name in movies.filter(pk__in=ids).values_list("pk", "cover_image"):
            with suppress(OSError):
                movies.filter(pk=pk).update(cover_bytes=default_storage.size(name))


class Migration(migrations.Migration):
    dependencies = [("movies", "0017_cover_bytes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
