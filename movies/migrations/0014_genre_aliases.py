"""Other names of genres, with those that people and other catalogues use most."""

from django.db import migrations, models

import rest.database.sorting
import rest.database.text

USUAL = {
    "Science Fiction": ["Sci-Fi", "Science-Fiction", "SF"],
    "Film Noir": ["Film-Noir"],
    "Romantic Comedy": ["Rom-Com"],
    "Biography": ["Biopic"],
    "Family": ["Children", "Children's"],
    "Martial Arts": ["Martial-Arts"],
    "Superhero": ["Super Hero"],
    "Reality TV": ["Reality-TV"],
    "Talk Show": ["Talk-Show"],
    "TV Movie": ["TV-Movie", "TV Film", "Television Movie"],
}


def add_usual(apps, schema_editor):
    model = apps.get_model("movies", "GenreAlias")
    model.objects.using(schema_editor.connection.alias).bulk_create(
        model(alias=alias, genre=genre) for genre, aliases in USUAL.items() for alias in aliases
    )


class Migration(migrations.Migration):
    dependencies = [("movies", "0013_order_by_plain_texts")]

    operations = [
        migrations.CreateModel(
            name='GenreAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alias', models.CharField(max_length=255, validators=[rest.database.text.FitsWhenFolded(765)])),
                ('alias_key', rest.database.text.FoldedField(fold=rest.database.sorting.without_signs, max_length=765, of='alias', unique=True)),
                ('genre', models.CharField(max_length=255, validators=[rest.database.text.FitsWhenFolded(765)], verbose_name='means the genre')),
                ('genre_key', rest.database.text.FoldedField(db_index=True, max_length=765, of='genre')),
            ],
            options={
                'verbose_name_plural': 'genre aliases',
                'ordering': ['genre_key', 'alias_key'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('alias_key', ''), _negated=True), models.Q(('genre_key', ''), _negated=True)), name='genre_alias_not_blank')],
            },
        ),
        migrations.RunPython(add_usual, migrations.RunPython.noop),
    ]
