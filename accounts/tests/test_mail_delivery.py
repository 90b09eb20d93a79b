"""The worker against real mail servers: good, dead, refusing, silent; and killed in the middle."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.management.commands.send_mail import Command
from accounts.outbox import postman
from accounts.tests.mailserver import ACCEPTED, MailServer, free_port, silent_server
from metrics.tests.server import database_url, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(person):
    """Whose address is confirmed, so that her mails say which movie it is."""
    return person("alice", email_confirmed=True)


@pytest.fixture
def bob(person):
    return person("bob", email_confirmed=True)


@pytest.fixture
def smtp(settings):
    """Points the settings at a port: `smtp(port)`."""

    def use(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5

    return use


@pytest.fixture
def server(smtp):
    with MailServer() as server:
        smtp(server.port)
        yield server
        postman.hang_up()


@pytest.fixture
def status_of(db):
    return lambda subject: Email.objects.get(subject__contains=subject).status


def come_due() -> None:
    """Lets the waiting time of every mail pass."""
    Email.objects.update(scheduled_time=timezone.now())


@pytest.mark.parametrize("title", ["Alien", "Amélie – 天使", "{{ username }} {% x %}", "<b>Tom & 'Jerry'</b>"])
def test_one_mail_arrives_as_it_should(alice, server, title):
    assert alice.post("/movies/", {"title": title}).status_code == 201
    assert postman.send_due() == 1
    (received,) = server.mails
    assert server.recipients == [["alice@example.com"]]
    assert received["To"] == "alice@example.com"
    assert server.subjects == [f'Your movie "{title}" has been added']
    assert f'"{title}" is now in the catalogue' in received.get_content()
    assert Email.objects.get().status == STATUS.sent


def test_a_title_with_line_breaks_arrives_in_one_line(alice, server, make_movie):
    make_movie("Alien\r\nBcc: victim@example.com\n\nBuy!", by=alice)
    assert postman.send_due() == 1
    assert server.recipients == [["alice@example.com"]]
    assert server.mails[0]["Bcc"] is None
    assert server.subjects == ['Your movie "Alien Bcc: victim@example.com Buy!" has been added']


def test_what_was_sent_is_not_sent_again(alice, server, make_movie):
    make_movie("Alien", by=alice)
    assert postman.send_due() == 1
    come_due()
    assert postman.send_due() == 0
    assert len(server.mails) == 1


def test_more_mails_than_a_batch_go_out_in_one_pass_in_their_order(alice, server, make_movie, settings):
    settings.POST_OFFICE = {**settings.POST_OFFICE, "BATCH_SIZE": 2}
    for number in range(5):
        make_movie(f"Movie {number}", by=alice)
    assert postman.send_due() == 5
    assert server.subjects == [f'Your movie "Movie {number}" has been added' for number in range(5)]


def test_mail_that_waits_in_line_is_not_sent_before_its_time(alice, server, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 2
    for number in range(4):
        make_movie(f"Movie {number}", by=alice)
    assert postman.send_due() == 2
    assert postman.send_due() == 0
    come_due()
    assert postman.send_due() == 2


# --- Mail servers that fail -----------------------------------------------------------------------------------------


def test_with_a_dead_mail_server_the_request_succeeds_and_the_mail_is_sent_when_it_is_back(alice, smtp):
    port = free_port()
    smtp(port)
    assert alice.post("/movies/", {"title": "Alien"}).status_code == 201
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("send_mail", "--once")
    email = Email.objects.get()
    assert (email.status, email.number_of_retries) == (STATUS.queued, None)  # the outage is not the mail's fault
    with MailServer(port) as server:
        call_command("send_mail", "--once")
        assert server.subjects == ['Your movie "Alien" has been added']


@pytest.mark.parametrize("answer", ["451 Try again later", "550 No such user", "421 Shutting down"])
@pytest.mark.parametrize("step", ["answer_recipient", "answer_data"])
def test_a_mail_the_server_refuses_stays_and_is_tried_again(alice, server, make_movie, step, answer):
    make_movie("Alien", by=alice)
    setattr(server, step, lambda _: answer)
    assert postman.send_due() == 0
    email = Email.objects.get()
    assert (email.status, email.number_of_retries) == (STATUS.requeued, 0)
    assert email.scheduled_time > timezone.now()
    assert answer[4:] in email.logs.get().message
    setattr(server, step, lambda _: ACCEPTED)
    assert postman.send_due() == 0  # not yet
    come_due()
    assert postman.send_due() == 1
    assert len(server.mails) == 1


def test_one_refused_mail_keeps_back_no_other(alice, bob, server, make_movie, status_of):
    server.answer_recipient = lambda address: "550 No" if address.startswith("alice") else ACCEPTED
    make_movie("Alien", by=alice)
    make_movie("Brazil", by=bob)
    assert postman.send_due() == 1
    assert (status_of("Alien"), status_of("Brazil")) == (STATUS.requeued, STATUS.sent)


def test_one_mail_that_cannot_be_built_keeps_back_no_other(alice, bob, server, make_movie, status_of):
    make_movie("Alien", by=alice)
    Email.objects.update(subject="Alien\nBcc: x")
    make_movie("Brazil", by=bob)
    assert postman.send_due() == 1
    assert (status_of("Alien"), status_of("Brazil")) == (STATUS.requeued, STATUS.sent)


def test_tries_grow_rarer_for_days_before_a_mail_is_given_up(alice, server, make_movie):
    make_movie("Alien", by=alice)
    server.answer_recipient = lambda address: "550 No"
    waits = []
    while (email := Email.objects.get()).status != STATUS.failed:
        waits.append(email.scheduled_time - timezone.now() if waits else timedelta())
        if len(waits) > 2:  # tried for real twice; the rest is counted by the same two functions
            postman.claim(email)
            postman.postpone(email, ConnectionError("550 No"))
        else:
            come_due()
            postman.send_due()
    assert len(waits) - 1 == 130
    assert sum(waits[1:], timedelta()) > timedelta(days=5)
    assert max(waits) <= timedelta(hours=1)
    assert all(later >= earlier - timedelta(minutes=1) for earlier, later in pairwise(waits))


def test_a_mail_that_was_given_up_stays_and_can_be_requeued_by_staff(client, sam, alice, server, make_movie):
    make_movie("Alien", by=alice)
    Email.objects.update(status=STATUS.failed, number_of_retries=130)
    come_due()
    assert postman.send_due() == 0
    client.force_login(sam.user)
    selected = {"action": "requeue", "_selected_action": [Email.objects.get().pk]}
    assert client.post("/admin/post_office/email/", selected).status_code == 302
    server.answer_data = lambda mail: "451 Not now"
    assert postman.send_due() == 0
    assert Email.objects.get().status == STATUS.requeued  # a new beginning, with all its tries
    server.answer_data = lambda mail: ACCEPTED
    come_due()
    assert postman.send_due() == 1


def test_a_server_that_never_answers_is_an_outage_after_the_timeout(alice, smtp, settings, make_movie):
    make_movie("Alien", by=alice)
    with silent_server() as port:
        smtp(port)
        settings.EMAIL_TIMEOUT = 0.2
        with pytest.raises(postman.MailServerUnreachable, match="timed out"):
            postman.send_due()
    assert Email.objects.get().status == STATUS.queued


def test_a_server_that_falls_silent_in_the_middle_leaves_the_mail_in_the_outbox(alice, server, settings, make_movie):
    make_movie("Alien", by=alice)
    settings.EMAIL_TIMEOUT = 0.2

    async def fall_silent(*args):
        import asyncio

        await asyncio.sleep(1.5)
        return "451 Too late"

    server.controller.handler.handle_DATA = fall_silent
    assert postman.send_due() == 0
    email = Email.objects.get()
    assert email.status == STATUS.requeued
    assert "timed out" in email.logs.get().message


# --- Several workers, failing databases, ends -----------------------------------------------------------------------


def test_of_two_workers_only_one_gets_a_mail(alice, make_movie):
    make_movie("Alien", by=alice)
    first, second = Email.objects.get(), Email.objects.get()
    assert postman.claim(first) is True
    assert postman.claim(second) is False


def test_a_worker_does_not_send_what_another_one_is_sending(alice, server, make_movie):
    make_movie("Alien", by=alice)
    ours = Email.objects.get()
    postman.claim(Email.objects.get())
    assert postman.send(ours) is False
    assert postman.send_due() == 0
    assert server.mails == []


def test_a_mail_whose_worker_died_comes_due_again(alice, server, make_movie):
    make_movie("Alien", by=alice)
    postman.claim(Email.objects.get())
    come_due()  # the lease passes
    assert postman.send_due() == 1


def test_the_worker_survives_a_failing_database_and_a_dead_mail_server(monkeypatch, caplog):
    command = Command()
    outcomes = [OperationalError("gone"), postman.MailServerUnreachable("refused"), RuntimeError("bug"), 1, 0]

    def send_due(should_stop):
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(postman, "send_due", send_due)
    failures = []
    for _ in range(5):
        command.work()
        failures.append(command.failures)
    assert failures == [1, 2, 3, 0, 0]
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "WARNING", "WARNING", "INFO", "INFO"]


def test_a_long_outage_does_not_fill_the_log(monkeypatch, caplog, smtp, alice, make_movie):
    make_movie("Alien", by=alice)
    smtp(free_port())
    command = Command()
    for _ in range(50):
        command.work()
    assert len(caplog.records) == 5


def test_sent_mail_is_deleted_after_a_while_and_unsent_mail_never(alice, make_movie, settings):
    for title, status in [("Sent", STATUS.sent), ("Failed", STATUS.failed), ("Waiting", STATUS.queued), ("New", 0)]:
        make_movie(title, by=alice)
        Email.objects.filter(subject__contains=title).update(status=status)
    old = timezone.now() - timedelta(days=settings.MAIL_KEEP_DAYS, minutes=1)
    Email.objects.exclude(subject__contains="New").update(last_updated=old)
    assert postman.prune(days=settings.MAIL_KEEP_DAYS) == 1
    assert Email.objects.count() == 3
    assert not Email.objects.filter(subject__contains="Sent").exists()


# --- Real worker processes ------------------------------------------------------------------------------------------


@contextmanager
def worker(url: str, folder: Path, *, email_url: str = "", stdout: Path | None = None):
    """`manage.py send_mail` as a process of its own, which is killed at the end if it still runs."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url, "VAR_DIR": str(folder)}
    env |= {"EMAIL_TIMEOUT": "2"} | ({"EMAIL_URL": email_url} if email_url else {})
    command = [sys.executable, "manage.py", "send_mail", "--interval", "0.1"]
    with (stdout or folder / "worker.out").open("wb") as out, (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=project.BASE_DIR, env=env, stdout=out, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_mail_loses_none(alice, make_movie, settings, tmp_path):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 0
    expected = {f'Your movie "Movie {number}" has been added' for number in range(12)}
    for number in range(12):
        make_movie(f"Movie {number}", by=alice)
    running: list[subprocess.Popen] = []
    kills = []

    def kill_before_answering(mail):
        """The third mail arrives although its worker dies before hearing so; the seventh dies with its worker."""
        if (len(kills), len(server.mails)) not in ((0, 2), (1, 6)):
            return ACCEPTED
        kills.append(mail["Subject"])
        running[-1].kill()
        running[-1].wait()
        return ACCEPTED if len(kills) == 1 else "451 Too late"

    url = database_url(tmp_path)
    with MailServer() as server:
        server.answer_data = kill_before_answering
        while set(server.subjects) != expected:
            with worker(url, tmp_path, email_url=f"smtp://127.0.0.1:{server.port}") as process:
                running.append(process)
                wait_until(lambda: set(server.subjects) == expected or process.poll() is not None)
    assert len(kills) == 2
    assert [process.returncode for process in running] == [-signal.SIGKILL] * 3
    assert len(server.mails) <= len(expected) + len(kills)  # at least once, and twice only what was cut off
    ids = {mail["Subject"]: mail["Message-ID"] for mail in server.mails}
    assert all(mail["Message-ID"] == ids[mail["Subject"]] for mail in server.mails)  # the copies can be told


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_nothing_twice(alice, make_movie, settings, tmp_path):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 0
    for number in range(40):
        make_movie(f"Movie {number}", by=alice)
    url, folders, port = database_url(tmp_path), [tmp_path / "one", tmp_path / "two"], free_port()
    for folder in folders:
        folder.mkdir()
    address = f"smtp://127.0.0.1:{port}"
    with worker(url, folders[0], email_url=address) as one, worker(url, folders[1], email_url=address) as two:
        for folder in folders:  # both wait for the mail server, and then begin together
            wait_until(lambda log=folder / "worker.log": "cannot be reached" in log.read_text())
        with MailServer(port) as server:
            wait_until(lambda: len(set(server.subjects)) == 40)
            one.terminate()
            two.terminate()
            assert [one.wait(30), two.wait(30)] == [0, 0]
    assert len(server.mails) == 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_prints_mail_without_a_mail_server_and_ends_cleanly(alice, make_movie, tmp_path, how):
    make_movie("Alien", by=alice)
    out = tmp_path / "printed"
    with worker(database_url(tmp_path), tmp_path, stdout=out) as process:
        wait_until(lambda: 'Subject: Your movie "Alien" has been added' in out.read_text())
        process.send_signal(how)
        assert process.wait(30) == 0
    log = (tmp_path / "worker.log").read_text()
    assert "The mail worker has ended." in log
    assert "Traceback" not in log
