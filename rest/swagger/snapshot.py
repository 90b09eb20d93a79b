"""The document as text, as it is committed."""

import json

from rest.swagger.generator import document


def generated() -> str:
    return json.dumps(document().as_dict(), indent=2, ensure_ascii=False) + "\n"
