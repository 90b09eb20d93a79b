"""`make run`'s processes: `python -m config.server.supervisor` starts what Procfile names, and keeps it running.

A process that ends is started again by itself, after a pause that grows while it goes on ending at once. The others are
left alone: the web goes on without mail. SIGTERM and Ctrl-C end all of them, each with time for what it has begun. If
this process is killed, the kernel ends its children (`rest.parents`).
"""

import logging.config
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from config import logs
from rest.parents import SUPERVISOR

ROOT = Path(__file__).resolve().parent.parent.parent
STEADY_SECONDS = 60.0  # a process that has run so long has not failed at once
LONGEST_PAUSE = 60.0  # seconds
STOP_SECONDS = 35.0  # for all to end by themselves: longer than gunicorn's graceful_timeout
LOOK_SECONDS = 0.1  # between two looks after the processes

logger = logging.getLogger("marquee.supervisor")


def commands(procfile: Path) -> dict[str, list[str]]:
    """Name → command, of each line `name: command`."""
    lines = (line.partition(":") for line in procfile.read_text().splitlines() if line.strip())
    return {name.strip(): shlex.split(command) for name, _, command in lines}


class Kept:
    """One process, which is started again when it ends."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0  # in a row
        self.started_at = self.next_start = 0.0  # on time.monotonic()'s clock

    def start(self) -> None:
        """Starts it in a session of its own: Ctrl-C reaches this process alone, which then ends the others in order."""
        self.started_at = time.monotonic()
        environment = {**os.environ, SUPERVISOR: str(os.getpid())}
        try:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - of Procfile
        except OSError as error:  # no memory, no process number: it may be possible in a while
            self.plan_start(f"cannot be started ({error})")

    def look_after(self) -> None:
        """Starts it where it is due, and plans the next start where it has ended."""
        if self.process is None:
            if time.monotonic() >= self.next_start:
                self.start()
        elif (status := self.process.poll()) is not None:
            self.process = None
            self.plan_start(f"was ended by signal {-status}" if status < 0 else f"has ended with status {status}")

    def plan_start(self, what_happened: str) -> None:
        now = time.monotonic()
        self.failures = 0 if now - self.started_at >= STEADY_SECONDS else self.failures + 1
        pause = min(2.0 ** (self.failures - 1), LONGEST_PAUSE) if self.failures else 0.0
        self.next_start = now + pause
        logger.error("The process %s %s, and is started again in %g s.", self.name, what_happened, pause)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        if self.process is not None and self.is_running():
            self.process.send_signal(number)

    def kill(self) -> None:
        """Ends it and what it has started, whatever they do."""
        if self.process is not None and self.is_running():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    def __init__(self, processes: list[Kept]) -> None:
        self.processes = processes
        self.asked_to_stop = 0  # how often

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        while not self.asked_to_stop:
            for process in self.processes:
                process.look_after()
            time.sleep(LOOK_SECONDS)
        self.stop()

    def ask_to_stop(self, *_: object) -> None:
        self.asked_to_stop += 1

    def stop(self) -> None:
        """Lets all end by themselves; whoever does not, or all of them when asked once more, is killed."""
        for process in self.processes:
            process.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.is_running() for process in self.processes):
            if time.monotonic() > deadline or self.asked_to_stop > 1:
                logger.error("Not all processes have ended by themselves, and they are killed.")
                break
            time.sleep(LOOK_SECONDS)
        for process in self.processes:
            process.kill()


def main() -> int:
    logging.config.dictConfig(logs.of_environment())
    Supervisor([Kept(name, command) for name, command in commands(ROOT / "Procfile").items()]).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
