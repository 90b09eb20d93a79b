"""Gives the accounts that are there what their names look like."""

from django.db import migrations

from accounts.looks import skeleton_as_shown, skeleton_of_name

BATCH = 1000


def fill(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    last = 0
    while batch := list(users.filter(pk__gt=last).order_by("pk").only("username")[:BATCH]):
        for user in batch:
            user.skeleton, user.shown_skeleton = skeleton_of_name(user.username), skeleton_as_shown(user.username)
        users.bulk_update(batch, ["skeleton", "shown_skeleton"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_names_have_skeletons")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
