"""Adds titles and names without accents, and the key that titles are ordered by."""

from django.db import migrations

from rest.database.sorting import sort_key
from rest.database.text import PlainField, fold_accents

NAME = {"db_default": "", "default": "", "max_length": 765}
SORT = {**NAME, "max_length": 255}


class Migration(migrations.Migration):
    dependencies = [("movies", "0010_search_revision")]

    operations = [
        migrations.AddField("director", "plain_name", PlainField(of="name", fold=fold_accents, **NAME)),
        migrations.AddField("genre", "plain_name", PlainField(of="name", fold=fold_accents, **NAME)),
        migrations.AddField("movie", "plain_title", PlainField(of="title", fold=fold_accents, **NAME)),
        migrations.AddField("movie", "sort_title", PlainField(of="title", fold=sort_key, **SORT)),
    ]
