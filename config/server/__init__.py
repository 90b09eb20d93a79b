"""The server's processes: gunicorn's settings, and the worker that each process runs."""
