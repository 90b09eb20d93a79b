from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project's own app: templates, management commands, the demo and tests that belong to no single app."""

    name = "config"

    def ready(self) -> None:
        from config.backups import schedule
        from rest import chores

        chores.register("backups", seconds=schedule.LOOK_SECONDS, run=schedule.KEEPER.look)
