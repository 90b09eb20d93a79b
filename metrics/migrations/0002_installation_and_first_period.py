from django.db import migrations


def begin(apps, schema_editor):
    """Names this database, and opens the first period of its counter."""
    apps.get_model("metrics", "Installation").objects.create()
    apps.get_model("metrics", "CountPeriod").objects.create()


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_request_counter")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=False)]
