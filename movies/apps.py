from django.apps import AppConfig


class MoviesConfig(AppConfig):
    name = "movies"

    def ready(self) -> None:
        from movies import catalogue  # noqa: F401 - `migrate` has to know its statements
