"""Begins the list of directors of each movie with the one that it has had.

The release before may serve meanwhile. On PostgreSQL what is read is locked, so that a movie which it deletes is in
the list of nobody; on SQLite nobody else writes.
"""

from django.db import migrations

MISSING = """
    INSERT INTO movies_moviedirector (movie_id, director_id)
    SELECT movie.id, movie.director_id FROM movies_movie movie
    JOIN movies_director director ON director.id = movie.director_id
    WHERE NOT EXISTS (SELECT 1 FROM movies_moviedirector link WHERE link.movie_id = movie.id)
    ORDER BY movie.id
"""


def fill(apps, schema_editor):
    locked = "FOR KEY SHARE OF movie, director" if schema_editor.connection.vendor == "postgresql" else ""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MISSING + locked)


class Migration(migrations.Migration):
    dependencies = [("movies", "0019_older_releases_delete_movies")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
