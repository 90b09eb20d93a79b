"""The roof: settings, URLs, the table of dialects and the server. It knows every app, and no app knows it."""

__version__ = "0.1.0"
