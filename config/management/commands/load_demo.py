"""`manage.py load_demo`: the demo catalogue and an admin, into an empty database only."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from config.demo import loader
from movies.models import Movie


class Command(BaseCommand):
    help = "Fills an empty database with the demo catalogue and creates an admin with a random password, shown once."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists() or Movie.objects.exists():
            if options["verbosity"] > 0:
                self.stdout.write("The database is not empty: no demo data loaded.")
            return
        loaded = loader.load()
        self.stdout.write("Demo data: " + ", ".join(f"{count} {what}" for what, count in loaded.items()) + ".")
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser("admin", password=password)
        self.stdout.write(f"Demo admin: admin, password {password} (shown this once; change it in the admin).")
