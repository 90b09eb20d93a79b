"""Fills them from what there is, so many rows at a time as may be kept in memory."""

from django.db import migrations

from rest.database.text import PlainField

BATCH = 10_000


def fill(apps, schema_editor):
    for name in ("Director", "Genre", "Movie"):
        fill_all_of(apps.get_model("movies", name), schema_editor.connection)


def fill_all_of(model, connection):
    fields = [field for field in model._meta.concrete_fields if isinstance(field, PlainField)]
    assigned = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    statement = f"UPDATE {connection.ops.quote_name(model._meta.db_table)} SET {assigned} WHERE id = %s"
    rows = model.objects.using(connection.alias).order_by("pk").values_list("pk", fields[0].of)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(*(field.folded(text) for field in fields), pk) for pk, text in batch])
        last = batch[-1][0]


class Migration(migrations.Migration):
    dependencies = [("movies", "0011_plain_texts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
