from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project's own app: templates, management commands, the demo and tests that belong to no single app."""

    name = "config"
