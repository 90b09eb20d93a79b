"""The Swagger document: every endpoint of every dialect, the canonical API first.

`operations/` says what each endpoint takes and answers, with examples; `autoschema` puts that together with what the
views say themselves; `errors` adds the error answers. `python manage.py write_openapi` renews the committed snapshot.
"""

from config.swagger.autoschema import MarqueeAutoSchema
from config.swagger.generator import MarqueeSchemaGenerator
from config.swagger.views import schema_view

__all__ = ["MarqueeAutoSchema", "MarqueeSchemaGenerator", "schema_view"]
