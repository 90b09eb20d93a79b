"""Server processes: each in a session of its own, measured through /proc, and ended with all that it started."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Not in var/, which is closed to all but its owner: for root, PostgreSQL runs as nobody.
FOLDER = Path(os.environ.get("BENCH_DIR", str(ROOT / ".bench"))).resolve()
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS, STOP_SECONDS = 120, 15
API = "/api/v1/"
API_BEFORE = "/api/"  # where an older checkout may have the same


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state, parent, …; None when the process has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def tree(root: int) -> list[int]:
    """`root` and everything below it."""
    parents = {int(name): fields for name in os.listdir("/proc") if name.isdecimal() and (fields := stat(int(name)))}
    children: dict[int, list[int]] = {}
    for pid, fields in parents.items():
        children.setdefault(int(fields[1]), []).append(pid)
    found, waiting = [], [root] if root in parents else []
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """Of the processes below `root`, and of those among them that have ended, which their parents have inherited."""
    times = (fields[11:15] for pid in tree(root) if (fields := stat(pid)))
    return sum(int(ticks) for of_process in times for ticks in of_process) / TICKS


def memory_bytes(root: int) -> int:
    """The memory below `root`, each shared page divided among those who share it (PSS)."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):  # it has just ended
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


class Server:
    """One contestant at work."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        port: int,
        log: Path,
        root: Path = ROOT,
        ready: str = "",
        **environment: str,
    ) -> None:
        """`ready` is the path that it answers once it is up, where that is not a movie's."""
        self.name, self.command, self.port, self.log, self.root = name, command, port, log, root
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR", "USER")}
        self.environment = {**kept, "WORKERS": "2", "BIND": f"127.0.0.1:{port}", "PORT": str(port), **environment}
        self.process: subprocess.Popen[bytes] | None = None
        self.api, self.ready = API, ready

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.root, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.name} does not start:\n{self.last_of_log()}")
            time.sleep(0.2)

    def own_path(self, path: str) -> str:
        """Where this server has what is asked of all of them at `path`."""
        return path.replace(API, self.api, 1)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}{self.ready or f'{self.api}movies/1/'}", timeout=10):
                return True
        except urllib.error.HTTPError as error:
            if error.code == 404 and self.api == API and self.root != ROOT:
                self.api = API_BEFORE
                return self.answers()
            raise SystemExit(f"{self.name} answers {error.code}:\n{self.last_of_log()}") from error
        except OSError:
            return False

    def last_of_log(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Asks, waits, and then ends whatever is left."""
        if self.process is None:
            return
        everything = tree(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and (self.process.poll() is None or any(map(is_running, everything))):
            time.sleep(0.05)
        for pid in filter(is_running, everything):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()
        self.wait_until_up()

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid) if self.process else 0.0

    def memory_bytes(self) -> int:
        return memory_bytes(self.process.pid) if self.process else 0


def is_running(pid: int) -> bool:
    fields = stat(pid)
    return fields is not None and fields[0] != "Z"
