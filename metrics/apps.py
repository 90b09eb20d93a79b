from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
    statement_modules = ("metrics.windows", "metrics.reads")

    def ready(self) -> None:
        from metrics import reads as costs
        from rest import reads

        reads.read_begins.connect(costs.refuse_spent, dispatch_uid="metrics.refuse_spent")
        reads.read_ended.connect(costs.charge, dispatch_uid="metrics.charge")
