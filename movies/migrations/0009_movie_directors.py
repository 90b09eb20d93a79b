"""Gives movies an ordered list of directors. 0020 begins it with the one that each has had.

It was filled here at first. Until 0019 a row refused the release before, which serves on, to delete its movie.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("movies", "0008_texts_show_something")]

    operations = [
        migrations.AlterField(
            model_name="movie",
            name="director",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="movies.director",
            ),
        ),
        # Where AddField stands in the state alone, SQLite would copy the whole table of movies for it.
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "ALTER TABLE movies_movie ADD COLUMN is_co_directed bool DEFAULT false NOT NULL",
                    "ALTER TABLE movies_movie DROP COLUMN is_co_directed",
                )
            ],
            [
                migrations.AddField(
                    model_name="movie",
                    name="is_co_directed",
                    field=models.BooleanField(db_default=False, default=False, editable=False),
                )
            ],
        ),
        migrations.CreateModel(
            name="MovieDirector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "director",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movie_links",
                        to="movies.director",
                    ),
                ),
                (
                    "movie",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="director_links",
                        to="movies.movie",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("movie", "director"), name="movie_director_once")],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="movie",
                    name="directors",
                    field=models.ManyToManyField(
                        related_name="movies", through="movies.MovieDirector", to="movies.director"
                    ),
                )
            ]
        ),
        migrations.AddIndex(
            model_name="moviedirector",
            index=models.Index(fields=["director", "movie"], name="movie_director_of_director"),
        ),
    ]
