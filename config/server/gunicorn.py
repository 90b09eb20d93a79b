"""gunicorn's settings. docs/decisions/0003-server.md says why the server is this one."""

import os
import select
from typing import Any

from config import logs
from rest.parents import end_with_supervisor

logconfig_dict = logs.of_environment()  # the master's lines look as those of the application do; it reads .env

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WORKERS", "2"))
worker_class = "config.server.worker.BufferingWorker" if hasattr(select, "epoll") else "gthread"
# Threads of each process. They wait for the database only, never for clients; each may hold a database connection.
threads = int(os.environ.get("THREADS", "16"))
# Connections of each process. Further clients wait until one of them closes. Each may be sending the longest body.
worker_connections = 400
# How many seconds a client may do nothing: between two requests, within one, or while an answer waits to be taken.
keepalive = int(os.environ.get("CLIENT_SECONDS", "30"))
graceful_timeout = 30  # seconds in which a process that is to end answers what it has been asked
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeats must not touch a disk
control_socket_disable = True  # nobody controls the server but its parent


def on_starting(server: Any) -> None:
    if worker_class == "gthread":
        server.log.warning("This system has no epoll (Linux has): clients that stall hold a thread each.")
    end_with_supervisor()
