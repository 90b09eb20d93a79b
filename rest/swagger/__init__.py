"""The Swagger document: every endpoint of every dialect, the canonical API first. This package knows no app.

What it says about an endpoint lies beside that endpoint:

- the docstring of the view's method: its first sentence is the summary, the rest the description;
- `operations`, an attribute of the viewset: bodies and responses with their examples, from the app's `swagger` module;
- `heading`, an attribute of the viewset or of an action; a dialect has one in its row of `settings.DIALECTS`;
- `output_schema`, `input_schema` and `form_schema`, attributes of the serializer fields that drf-yasg cannot describe.

Credentials, filters, pages, limits and the error answers follow from the view; the shape of errors from the dialect.
`python manage.py write_openapi` renews the committed snapshot, docs/openapi.json.
"""
