from django.apps import AppConfig

from rest.cleaning import EVERY_SECONDS

BEAT_SECONDS = 10.0  # between two signs of life of the worker beside the web server


class MetricsConfig(AppConfig):
    name = "metrics"
    statement_modules = ("metrics.windows", "metrics.reads")

    def ready(self) -> None:
        from metrics import reads as costs
        from metrics.measures import measures
        from metrics.models import Heartbeat, KeptAnswer
        from rest import chores, reads
        from rest.database.slow import slow_statement

        reads.read_begins.connect(costs.refuse_spent, dispatch_uid="metrics.refuse_spent")
        reads.read_ended.connect(costs.charge, dispatch_uid="metrics.charge")
        slow_statement.connect(measures.count_slow, dispatch_uid="metrics.slow_statement")
        chores.register("heartbeat", seconds=BEAT_SECONDS, run=lambda: Heartbeat.objects.beat("mail"))
        chores.register("kept answers", seconds=EVERY_SECONDS, run=KeptAnswer.objects.delete_expired)
