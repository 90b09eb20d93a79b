from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    statement_modules = ("accounts.callers",)
