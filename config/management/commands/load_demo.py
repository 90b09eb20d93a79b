"""`manage.py load_demo`: the demo catalogue, into an empty database only."""

from typing import Any

from accounts.models import User
from config.demo import loader
from movies.models import Movie
from rest.database.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "Fills an empty database with the demo catalogue and people who rate, like and comment."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists() or Movie.objects.exists():
            if options["verbosity"] > 0:
                self.stdout.write("The database is not empty: no demo data loaded.")
            return
        loaded = loader.load()
        self.stdout.write("Demo data: " + ", ".join(f"{count} {what}" for what, count in loaded.items()) + ".")
