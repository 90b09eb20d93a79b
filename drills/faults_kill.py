"""`kill -9` of each process: what was acknowledged stays, what is sent again is done once, and nobody is left."""

import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from typing import Any

from accounts.tests.mailserver import ACCEPTED, MailServer
from benchmarks.processes import is_running
from drills.client import Client
from drills.drill import Cut, Drill, Outcome
from drills.server import Server, wait_until
from drills.writers import UNLIMITED, Ledger, lost, writing

KILLING_SECONDS = 20.0
LEAST_WRITES = 40  # with fewer a drill has shown nothing
BACK_SECONDS = 8.0  # in which a server serves again, whatever was killed
NEVER_STARTED_AGAIN = Cut(
    "config/server/supervisor.py", "if time.monotonic() >= self.next_start:", "if self.next_start == 0.0:"
)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def counted(server: Server) -> int:
    number: int = Client(server).get("/api/v1/request-count/").data["requests"]
    return number


def judged(server: Server, ledger: Ledger, *, exactly: bool, counted_before: int, kills: str) -> Outcome:
    """What became of what was acknowledged, of what is kept beside it, and of the request counter."""
    if ledger.acknowledged < LEAST_WRITES:
        raise SystemExit(f"Only {ledger.acknowledged} writes were acknowledged ({ledger.told()}).")
    answered = sum(number for status, number in ledger.statuses.items() if status)
    uncounted = max(0, answered - (counted(server) - counted_before))
    missing, verified = lost(server, ledger, exactly=exactly), server.differences()
    figure = (
        f"{kills}; {ledger.acknowledged} writes acknowledged ({ledger.told()}), {len(missing)} of them lost"
        f"{' or done twice' if exactly else ''}; {uncounted} answers uncounted; {verified}"
    )
    holds = not missing and not uncounted and " 0 differences" in verified
    return Outcome(figure + (f" First: {missing[0]}." if missing else ""), holds)


def dying(chance: float) -> str:
    """An expression after which the process is gone, in so many of a hundred times."""
    return f'__import__("random").random() < {chance} and __import__("os").kill(__import__("os").getpid(), 9)'


# A worker that answers a request with a key dies before it has written, when it has written, when the answer is kept,
# and when all of it is committed and nothing has been sent.
DEATHS = (
    Cut(
        "metrics/idempotency.py",
        "        response = self.get_response(request)\n        if response.status_code >= 500:",
        f"        {dying(0.01)}\n        response = self.get_response(request)\n        {dying(0.01)}\n"
        "        if response.status_code >= 500:",
    ),
    Cut(
        "metrics/idempotency.py",
        "            KeptAnswer.objects.keep(kept)",
        f"            {dying(0.01)}\n            KeptAnswer.objects.keep(kept)",
    ),
    Cut(
        "config/server/answering.py",
        "        self.has_begun = True\n",
        "        self.has_begun = True\n"
        f'        if "IDEMPOTENCY_KEY" in self.request.headers:\n            {dying(0.08)}\n',
    ),
)


def workers(server: Server) -> Outcome:
    before = counted(server)
    with writing(server, retries=True) as ledger:
        time.sleep(KILLING_SECONDS)
    killed = server.log.read_text().count("was sent SIGKILL")
    return judged(server, ledger, exactly=True, counted_before=before, kills=f"{killed} workers died")


def everything(server: Server) -> Outcome:
    before, rounds = counted(server), 4
    with writing(server) as ledger:
        for _ in range(rounds):
            time.sleep(2 + random.random())
            for pid in server.pids():
                kill(pid)
            server.stop()
            server.start()
            server.wait_until_up()
    return judged(server, ledger, exactly=False, counted_before=before, kills=f"all processes killed {rounds} times")


def is_served(server: Server) -> bool:
    return Client(server, timeout=2).get("/api/v1/movies/1/").status == HTTPStatus.OK


def arbiter(server: Server) -> Outcome:
    with writing(server) as ledger:
        time.sleep(2)
        old = [server.arbiter, *server.workers]
        kill(old[0])
        seconds = back(server, lambda: not any(map(is_running, old)) and is_served(server))
        left = sum(map(is_running, old))
        time.sleep(2)
    if not is_served(server):  # what it has kept is looked at all the same
        server.restart()
    missing, verified = lost(server, ledger), server.differences()
    figure = (
        f"served again after {seconds:.1f} s, {left} old processes left; {ledger.acknowledged} writes acknowledged, "
        f"{len(missing)} lost; {verified}"
    )
    return Outcome(figure, seconds <= BACK_SECONDS and not left and not missing and " 0 differences" in verified)


def back(server: Server, condition: Callable[[], bool]) -> float:
    """Seconds until it holds; twice BACK_SECONDS where it does not."""
    begun = time.monotonic()
    while not condition() and time.monotonic() < begun + 2 * BACK_SECONDS:
        time.sleep(0.05)
    return time.monotonic() - begun


ACCOUNTS = 60
KILLS = 4  # after which it is started again in 1, 2, 4 and 8 seconds


def mail_worker(server: Server) -> Outcome:
    """Each new account gets a mail. Again and again the worker dies when one has gone out and it does not know yet."""
    with mail_server(server) as mails:
        refused, killed_after = 0, [0]  # mails

        def kill_before_it_knows(mail: object) -> str:
            running = server.pids("manage.py send_mail")
            # Others go out in between: else one mail might kill it each time.
            if running and len(killed_after) <= KILLS and len(mails.mails) >= killed_after[-1] + 2:
                kill(running[0])
                killed_after.append(len(mails.mails))
            return ACCEPTED

        mails.answer_data = kill_before_it_knows
        for _ in range(ACCOUNTS):
            Client(server).register()
            refused += not is_served(server)
            time.sleep(0.3)
        wait = time.monotonic() + 90
        while len(set(addressees(mails))) < ACCOUNTS and time.monotonic() < wait:
            time.sleep(0.2)
        is_told = back(server, lambda: Client(server).get("/readyz").data.get("mail") == "ok") < BACK_SECONDS
    got = addressees(mails)
    by_address = {address: {mail["Message-ID"] for mail, to in of(mails) if to == address} for address in got}
    strange, killed = sum(len(ids) > 1 for ids in by_address.values()), len(killed_after) - 1
    missing, twice = ACCOUNTS - len(by_address), len(got) - len(by_address)
    if not missing and (killed < KILLS or not twice):
        raise SystemExit(f"The worker was killed {killed} times, and {twice} mails were sent twice.")
    figure = (
        f"worker killed {killed} times; {missing} of {ACCOUNTS} mails lost, "
        f"{twice} sent twice, {strange} of them with another Message-ID; the web failed {refused} "
        f"times; /readyz says that mail goes out: {is_told}"
    )
    return Outcome(figure, not missing and not strange and not refused and is_told)


def of(mails: MailServer) -> list[tuple[Any, str]]:
    return [(mail, to) for mail, recipients in zip(mails.mails, mails.recipients, strict=True) for to in recipients]


def addressees(mails: MailServer) -> list[str]:
    return [to for _, to in of(mails)]


@contextmanager
def mail_server(server: Server) -> Iterator[MailServer]:
    """A mail server, to which the server started anew sends."""
    with MailServer() as mails:
        server.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{mails.port}"
        server.restart()
        wait_until(lambda: server.pids("manage.py send_mail"), "a mail worker starts")
        yield mails


def supervisor(server: Server) -> Outcome:
    with writing(server) as ledger:
        time.sleep(2)
        old = server.pids()
        kill(server.supervisor)
        seconds = back(server, lambda: not any(map(is_running, old)) and is_free(server.port))
    left = server.pids()
    server.stop()
    server.restart()
    missing, verified = lost(server, ledger), server.differences()
    figure = (
        f"{len(old) - 1} other processes, {len(left)} of them left; {'waited' if left else 'the port was free after'} "
        f"{seconds:.1f} s; "
        f"{ledger.acknowledged} writes acknowledged, {len(missing)} lost; {verified}"
    )
    return Outcome(figure, not left and seconds <= BACK_SECONDS and not missing and " 0 differences" in verified)


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


DRILLS = [
    Drill(
        "kill.workers",
        "Whatever is sent again with its Idempotency-Key until it is answered is done once, though workers die.",
        workers,
        env=UNLIMITED,
        faults=DEATHS,
        without=(Cut("metrics/idempotency.py", "if key is None or request.method", "if True or request.method"),),
    ),
    Drill(
        "kill.all",
        "Nothing that was acknowledged is lost, and nothing that was answered uncounted, though all processes die.",
        everything,
        env=UNLIMITED,
        without=(Cut("metrics/slots.py", "return memoryview(self._map)[", "return memoryview(bytearray(self._map))["),),
    ),
    Drill(
        "kill.arbiter",
        f"When gunicorn's arbiter dies, its workers end, and the server serves again within {BACK_SECONDS:g} s.",
        arbiter,
        env=UNLIMITED,
        supervised=True,
        without=(NEVER_STARTED_AGAIN,),
    ),
    Drill(
        "kill.mail",
        "The web goes on without mail; no mail is lost, and one that is sent twice has the same Message-ID.",
        mail_worker,
        # What a killed worker has claimed is tried again when six times this timeout are over.
        env={**UNLIMITED, "MAIL_PER_ADDRESS_PER_HOUR": "0", "EMAIL_TIMEOUT": "1"},
        supervised=True,
        without=(NEVER_STARTED_AGAIN,),
    ),
    Drill(
        "kill.supervisor",
        "When the supervisor dies, no process is left and the port is free at once.",
        supervisor,
        env=UNLIMITED,
        supervised=True,
        without=(Cut("rest/parents.py", "if parent := os.environ.get(SUPERVISOR):", "if parent := '':"),),
    ),
]
