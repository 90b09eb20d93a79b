"""Keeps by which rules the search index was made. A catalogue that there is already was indexed by none of them."""

from django.db import migrations, models

ID, RULES = 1, 1


def of_an_empty_catalogue(apps, schema_editor):
    database = schema_editor.connection.alias
    if not apps.get_model("movies", "Movie").objects.using(database).exists():
        apps.get_model("movies", "SearchRevision").objects.using(database).create(pk=ID, number=RULES)


class Migration(migrations.Migration):
    dependencies = [("movies", "0009_movie_directors")]

    operations = [
        migrations.CreateModel(
            name="SearchRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(of_an_empty_catalogue, migrations.RunPython.noop),
    ]
