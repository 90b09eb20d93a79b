from django.apps import AppConfig


class MoviesConfig(AppConfig):
    name = "movies"

    def ready(self) -> None:
        from accounts.signals import account_deleting
        from movies import catalogue, reactions, search, services  # noqa: F401 - `migrate` has to know their statements

        account_deleting.connect(services.forget_user_of_account, dispatch_uid="movies.forget_user")
