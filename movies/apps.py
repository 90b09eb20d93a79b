from django.apps import AppConfig


class MoviesConfig(AppConfig):
    name = "movies"

    def ready(self) -> None:
        from movies import catalogue, reactions, search  # noqa: F401 - `migrate` has to know their statements
