from django.apps import AppConfig


class MoviesConfig(AppConfig):
    name = "movies"
    statement_modules = (
        "movies.catalogue.queries",
        "movies.catalogue.listings",
        "movies.catalogue.rankings",
        "movies.reactions",
        "movies.search.postings",
        "movies.search.words",
    )

    def ready(self) -> None:
        from accounts.signals import account_deleting, account_exporting
        from movies import sections, services

        account_deleting.connect(services.forget_user_of_account, dispatch_uid="movies.forget_user")
        account_exporting.connect(sections.sections, dispatch_uid="movies.sections")
