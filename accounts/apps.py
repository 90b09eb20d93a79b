from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from rest import background, chores


class AccountsConfig(AppConfig):
    name = "accounts"
    statement_modules = ("accounts.callers",)

    def ready(self) -> None:
        from accounts import sections, services, uses
        from accounts.outbox import measures
        from accounts.outbox.cleaning import CLEANING_SECONDS, clean_up
        from accounts.signals import account_exporting

        account_exporting.connect(sections.sections, dispatch_uid="accounts.sections")

        measures.register()
        chores.register("outbox", seconds=CLEANING_SECONDS, run=clean_up)
        background.register("uses of credentials", uses.write)

        # Django makes the permissions of each app as it announces it: after the last of them all are there.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(services.make_roles, sender=last, dispatch_uid="accounts.make_roles")
