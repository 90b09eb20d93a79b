from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import callers  # noqa: F401 - `migrate` has to know its statements
