from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from rest.swagger.snapshot import generated


class Command(BaseCommand):
    help = "Writes docs/openapi.json, the snapshot in which a change of the API shows as a diff."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "openapi.json"
        path.write_text(generated())
        self.stdout.write(f"Wrote {path}.")
