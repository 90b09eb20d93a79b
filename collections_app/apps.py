from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    name = "collections_app"
    verbose_name = "Collections"

    def ready(self) -> None:
        from accounts.signals import account_exporting
        from collections_app import sections
        from collections_app.verification import differences
        from movies import verification

        account_exporting.connect(sections.sections, dispatch_uid="collections_app.sections")
        verification.register("collections", differences)
