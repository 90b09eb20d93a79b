"""Orders movies, directors and genres by them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("movies", "0012_fill_plain_texts")]

    operations = [
        migrations.AlterModelOptions("director", {"ordering": ["plain_name", "id"]}),
        migrations.AlterModelOptions("genre", {"ordering": ["plain_name", "id"]}),
        migrations.AddIndex("director", models.Index(fields=["plain_name", "id"], name="director_by_name")),
        migrations.AddIndex("genre", models.Index(fields=["plain_name", "id"], name="genre_by_name")),
        migrations.AddIndex("movie", models.Index(fields=["sort_title", "id"], name="movie_by_sort_title")),
    ]
