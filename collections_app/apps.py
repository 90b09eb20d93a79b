from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    name = "collections_app"
    verbose_name = "Collections"

    def ready(self) -> None:
        from accounts.signals import account_exporting
        from collections_app import sections

        account_exporting.connect(sections.sections, dispatch_uid="collections_app.sections")
