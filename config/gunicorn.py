"""The server's own settings; docs/decisions/0003-server.md says why it is this one."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WORKERS", "2"))
worker_class = "gthread"
# Threads wait for the database and for slow clients; each may hold a database connection.
threads = int(os.environ.get("THREADS", "16"))
keepalive = 15
graceful_timeout = 10
limit_request_line = 8190
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeats must not touch a disk
control_socket_disable = True  # nobody controls the server but its parent
