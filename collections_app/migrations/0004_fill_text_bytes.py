"""Measures the collections that are there, as collections_app.services does from now on."""

from django.db import migrations

from rest.chunks import id_batches

BATCH = 100
UUID_BYTES = 36


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    collections = apps.get_model("collections_app", "Collection").objects.using(alias)
    entries = apps.get_model("collections_app", "CollectionMovie").objects.using(alias).order_by()
    for ids in id_batches(collections, BATCH):
        for pk, title, description in collections.filter(pk__in=ids).values_list("pk", "title", "description"):
            texts = entries.filter(collection=pk).values_list("title", "description", "genres")
            of_movies = sum(UUID_BYTES + sum(len(text.encode()) for text in of_one) for of_one in texts)
            collections.filter(pk=pk).update(text_bytes=len((title + description).encode()) + of_movies)


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0003_text_bytes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
