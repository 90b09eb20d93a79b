from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat

# What the log calls by number from now on: "user 7". It outlives what it is about.
PERSONAL = [
    ("accounts", "user", "user"),
    ("accounts", "session", "session"),
    ("accounts", "personaltoken", "personal token"),
    ("collections_app", "collection", "collection"),
    ("collections_app", "collectionmovie", "movie of a collection"),
    ("post_office", "email", "Email"),
]


def take_names_out(apps, schema_editor):
    entries = apps.get_model("admin", "LogEntry").objects.using(schema_editor.connection.alias)
    for app, model, name in PERSONAL:
        about = entries.filter(content_type__app_label=app, content_type__model=model)
        about.update(object_repr=Concat(Value(f"{name} "), F("object_id")))
        about.filter(change_message__contains='"object"').update(change_message="")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_mails_of_accounts"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(take_names_out, migrations.RunPython.noop)]
