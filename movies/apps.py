from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MoviesConfig(AppConfig):
    name = "movies"

    def ready(self) -> None:
        from movies.catalogue.statements import create_missing

        post_migrate.connect(create_missing, sender=self)
