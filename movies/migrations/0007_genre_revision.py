"""Gives the version number of the genres' names a table of its own; it was a row among the tallies."""

from django.db import migrations, models

RENAMED_GENRES = 4  # the kind of the tally that it was
ID = 1


def carry_over(apps, schema_editor):
    database = schema_editor.connection.alias
    tallies = apps.get_model("movies", "Tally").objects.using(database).filter(kind=RENAMED_GENRES)
    number = max(tallies.values_list("count", flat=True), default=0)
    apps.get_model("movies", "GenreRevision").objects.using(database).create(pk=ID, number=number)
    tallies.delete()


def carry_back(apps, schema_editor):
    database = schema_editor.connection.alias
    for revision in apps.get_model("movies", "GenreRevision").objects.using(database):
        tallies = apps.get_model("movies", "Tally").objects.using(database)
        tallies.create(kind=RENAMED_GENRES, key=0, count=revision.number)


class Migration(migrations.Migration):
    dependencies = [("movies", "0006_ordering_indexes")]

    operations = [
        migrations.CreateModel(
            name="GenreRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(carry_over, carry_back),
        migrations.AlterField(
            model_name="tally",
            name="kind",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "All"), (1, "Genre"), (2, "Large Range"), (3, "Small Range")]
            ),
        ),
    ]
