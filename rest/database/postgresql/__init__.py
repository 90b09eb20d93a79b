"""Django's database backend for PostgreSQL, with an end to waiting: `settings.DATABASES` names it."""
