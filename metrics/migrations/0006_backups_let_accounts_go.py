"""Lets release 0.1.0, which does not know backups, delete accounts while it serves beside this one."""

from django.conf import settings
from django.db import migrations

from rest.database.cascades import go_with


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0005_heartbeats"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [go_with("metrics_backup", "asked_by_id", rule="SET NULL")]
