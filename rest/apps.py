from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.urls import register_converter

from rest.converters import AnyCaseUUIDConverter
from rest.database import statements


class RestConfig(AppConfig):
    name = "rest"

    def ready(self) -> None:
        from rest import checks  # noqa: F401 - registers them

        register_converter(AnyCaseUUIDConverter, "any_case_uuid")
        statements.load()
        # Django announces each app with models; after the last of them all tables are there.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(statements.create_missing, sender=last)
