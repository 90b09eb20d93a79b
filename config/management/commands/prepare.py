"""`manage.py prepare`: everything that has to be done before the server starts, in one process."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from rest.database.statements import create_missing


class Command(BaseCommand):
    help = "Applies the migrations, collects the static files and fills an empty database with the demo catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Migrating the database …")
            call_command("migrate", verbosity=0, interactive=False)
        create_missing(using=connection.alias)  # a new release may have other statements and no migration
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("load_demo", stdout=self.stdout, verbosity=0)  # silent unless it loads something
