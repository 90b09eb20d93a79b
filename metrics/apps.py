from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
    statement_modules = ("metrics.windows",)
