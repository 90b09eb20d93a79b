from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    """The project's own app: templates, management commands and tests that belong to no single app."""

    name = "config"

    def ready(self) -> None:
        from config.statements import create_missing

        # Django tells apps with models only; any of them will do, since all tables are there by then.
        post_migrate.connect(create_missing, sender=apps.get_app_config("movies"))
