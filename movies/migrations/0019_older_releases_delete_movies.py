"""Lets release 0.1.0, which does not know these tables, delete movies, comments and accounts beside this one."""

from django.db import migrations

from rest.database.cascades import go_with


class Migration(migrations.Migration):
    dependencies = [("movies", "0018_fill_cover_bytes")]

    operations = [
        go_with("movies_moviedirector", "movie_id"),
        go_with("movies_commentreport", "comment_id"),
        go_with("movies_commentreport", "user_id"),
        go_with("movies_commentreport", "dismissed_by_id", rule="SET NULL"),
    ]
