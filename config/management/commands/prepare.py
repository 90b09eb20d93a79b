"""`manage.py prepare`: everything that has to be done before the server starts, in one process."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from accounts.services import create_first_admin, first_admin, make_roles
from movies import search
from movies.models import Movie
from rest import private_files
from rest.database.commands import DatabaseCommand
from rest.database.migrations import missing_migrations
from rest.database.statements import create_missing


class Command(DatabaseCommand):
    help = (
        "Applies the migrations, creates the planned statements, makes the search index anew where its rules have "
        "changed, collects the static files, fills an empty database with the demo catalogue unless DEMO is off, and "
        "creates an admin account where there is none."
    )
    needs_migrations = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="No demo catalogue, whatever DEMO says.")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        if settings.PRIVATE_FILES:
            self.close_files()
        if missing_migrations():
            self.stdout.write("Migrating the database …")
            call_command("migrate", verbosity=0, interactive=False)
        # A new release may have other statements or roles and no migration.
        create_missing(using=connection.alias)
        make_roles(using=connection.alias)
        if search.is_outdated():
            self.stdout.write(f"Bringing the search index up to date, of {Movie.objects.count():,} movies …")
            search.bring_up_to_date()
        call_command("collectstatic", verbosity=0, interactive=False)
        if settings.DEMO and not no_demo:
            call_command("load_demo", stdout=self.stdout, verbosity=0)  # silent unless it loads something
        if not has_admin():
            self.create_admin()

    def close_files(self) -> None:
        if mended := private_files.mend():
            files = "file or folder" if mended == 1 else "files and folders"
            self.stdout.write(
                f"Other users of this machine are kept from {mended:,} {files} of {settings.VAR_DIR} now."
            )

    def create_admin(self) -> None:
        """The first admin account. A password that nobody has chosen is shown this once."""
        chosen, random = chosen_password(), secrets.token_urlsafe(12)
        admin = create_first_admin(password=chosen or random)
        if admin:
            lost = f"manage.py changepassword {admin.username} sets another"
            shown = "the password in ADMIN_PASSWORD" if chosen else f"password {random} (shown this once; {lost})"
            self.stdout.write(f"Admin account: {admin.username}, {shown}.")
        elif not has_admin():  # otherwise another host was faster
            self.stdout.write("There is no admin, and the name admin is taken: manage.py createsuperuser makes one.")


def has_admin() -> bool:
    return User.objects.filter(is_superuser=True).exists()


def chosen_password() -> str:
    """ADMIN_PASSWORD, or nothing. Raises CommandError where it is no good password."""
    password: str = settings.ADMIN_PASSWORD
    if password:
        try:
            validate_password(password, first_admin())
        except ValidationError as error:
            raise CommandError(f"ADMIN_PASSWORD: {' '.join(error.messages)}") from error
    return password
