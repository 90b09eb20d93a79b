"""What is put into the outbox when a movie is added, for whom, and how much of it for one address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import MailAllowance
from accounts.outbox import queue
from accounts.services import delete_account
from movies.models import Movie

CREATIONS = {
    "api": ("/api/v1/movies/", {"title": "Alien"}),
    "showcase": (
        "/api/movies/",
        {"title": "Alien", "description": "x", "release_date": "1979-05-25", "director": "A", "genre": ["B"]},
    ),
    "compact": ("/api/auth/movies", {"title": "Alien", "director": "A"}),
    "community": ("/movies/", {"title": "Alien"}),
    "classic": ("/", {"title": "Alien"}),
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(person):
    """Whose address is confirmed, so that her mails say which movie it is."""
    return person("alice", email_confirmed=True)


def to_be_sent_now():
    return Email.objects.filter(status=STATUS.queued, scheduled_time__lte=timezone.now())


@pytest.mark.parametrize("dialect", CREATIONS)
def test_creating_in_any_dialect_queues_exactly_one_mail_to_the_creator(alice, bob, scheme, dialect):
    path, body = CREATIONS[dialect]
    assert alice.use(scheme).post(path, body).status_code == 201
    email = Email.objects.get()
    assert email.to == ["alice@example.com"]
    assert (email.cc, email.bcc) == ([], [])
    assert email.subject == 'Your movie "Alien" has been added'
    assert "alice" in email.message
    assert email.status == STATUS.queued
    assert email.scheduled_time <= timezone.now()


@pytest.mark.parametrize("dialect", CREATIONS)
def test_a_refused_creation_queues_nothing(alice, anonymous, dialect):
    path, body = CREATIONS[dialect]
    assert alice.post(path, {**body, "title": ""}).status_code == 400
    assert anonymous.post(path, body).status_code == 401
    assert not Email.objects.exists()


def test_changing_a_movie_queues_nothing(alice, movie):
    queued = Email.objects.count()
    assert alice.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"}).status_code == 200
    assert Email.objects.count() == queued == 1


def test_a_creator_without_an_address_gets_no_mail(person, make_movie):
    silent = person("silent", email="")
    assert silent.post("/movies/", {"title": "Alien"}).status_code == 201
    make_movie("Nobody's")
    assert not Email.objects.exists()


def test_a_movie_that_staff_adds_for_alice_is_announced_to_alice(alice, sam):
    body = {"title": "Alien", "user": alice.user.pk}
    assert sam.post("/movies/", body).json()["user"]["username"] == "alice"
    assert [email.to for email in Email.objects.all()] == [["alice@example.com"]]


@pytest.mark.django_db(transaction=True)
def test_a_creation_that_is_rolled_back_queues_nothing(alice, make_movie):
    with transaction.atomic():
        make_movie("Alien", by=alice)
        assert Email.objects.count() == 1
        transaction.set_rollback(True)
    assert not Movie.objects.exists()
    assert not Email.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_movie_whose_mail_cannot_be_queued_is_not_added(alice, monkeypatch):
    def fail(*args, **kwargs):
        raise InterruptedError

    monkeypatch.setattr(Email, "save", fail)
    with pytest.raises(InterruptedError):
        alice.post("/movies/", {"title": "Alien"})
    assert not Movie.objects.exists()


@pytest.mark.parametrize(
    "title",
    ["Amélie – 天使", "{{ username }} {% now 'Y' %} {# x #}", "<b>Tom & 'Jerry'</b>", "100 %(x)s {0}", "🎬" * 60],
)
def test_a_title_stands_in_the_mail_as_it_is(alice, make_movie, title):
    make_movie(title, by=alice)
    email = Email.objects.get()
    assert email.subject == f'Your movie "{title}" has been added'
    assert f'"{title}"' in email.message


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\x08"])
def test_nothing_in_a_title_begins_a_new_header(alice, make_movie, line_break):
    make_movie(f"Alien{line_break}Bcc: victim@example.com", by=alice)
    message = Email.objects.get().email_message().message()
    assert message["Bcc"] is None
    assert message["To"] == "alice@example.com"
    assert message["Subject"].replace("AlienBcc", "Alien Bcc") == (
        'Your movie "Alien Bcc: victim@example.com" has been added'
    )


@pytest.mark.parametrize("dialect", CREATIONS)
def test_mail_to_an_unconfirmed_address_has_nothing_that_anybody_wrote(person, dialect):
    path, body = CREATIONS[dialect]
    mallory = person("http-spam-example", email="stranger@example.com")
    texts = {name: "spam.example" for name in ("title", "description", "director") if name in body}
    assert mallory.post(path, {**body, **texts}).status_code == 201
    email = Email.objects.get()
    assert email.subject == "A movie that you added is in the catalogue"
    assert f"the movie number {Movie.objects.get().pk} that you added" in email.message
    assert not [text for text in ("spam", "mallory") if text in str(email.email_message().message())]


def test_a_mail_says_that_a_machine_wrote_it_and_bears_an_id_of_our_domain(alice, make_movie, settings):
    settings.POST_OFFICE = {**settings.POST_OFFICE, "MESSAGE_ID_FQDN": "movies.example"}
    make_movie("Alien", by=alice)
    message = Email.objects.get().email_message().message()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@movies.example>")
    assert message["From"] == settings.DEFAULT_FROM_EMAIL


@pytest.mark.parametrize("address", ['"x,victim@example.com,y"@example.com', '"a<victim@example.com>"@example.com'])
def test_an_address_that_could_hide_several_is_not_mailed(person, address):
    mallory = person("mallory", email=address)
    assert mallory.post("/movies/", {"title": "Alien"}).status_code == 201
    assert not Email.objects.exists()


# --- How much one address gets --------------------------------------------------------------------------------------


def test_a_share_goes_out_at_once_and_the_rest_waits_in_line(bob, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR, settings.MAIL_PER_UNCONFIRMED_PER_DAY = 3, 24
    for number in range(6):
        make_movie(f"Movie {number}", by=bob)
    assert to_be_sent_now().count() == 3
    slots = list(Email.objects.order_by("id").values_list("scheduled_time", flat=True))[2:]
    gaps = [round((later - earlier) / timedelta(hours=1), 1) for earlier, later in pairwise(slots)]
    assert gaps == [1, 1, 1]


def test_a_confirmed_address_gets_its_share_again_within_each_hour(person, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 4
    carol = person("carol", email_confirmed=True)
    for number in range(12):
        make_movie(f"Movie {number}", by=carol)
    assert to_be_sent_now().count() == 4
    soon = timezone.now() + timedelta(hours=1, minutes=1)
    assert Email.objects.filter(scheduled_time__lte=soon).count() == 8


@pytest.mark.django_db(transaction=True)
def test_creations_at_the_same_time_get_no_more_than_the_share(alice, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 3

    def create(number: int) -> None:
        make_movie(f"Movie {number}", by=alice)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(12)))
    assert Email.objects.filter(status=STATUS.queued).count() == 12
    assert to_be_sent_now().count() == 3


def test_one_address_in_line_keeps_no_other_waiting(alice, bob, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 2
    for number in range(5):
        make_movie(f"Movie {number}", by=alice)
    make_movie("Bob's", by=bob)
    assert to_be_sent_now().filter(to="bob@example.com").count() == 1


def test_a_stranger_whose_address_was_given_gets_a_bounded_number_of_mails(person, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR, settings.MAIL_PER_UNCONFIRMED_PER_DAY = 5, 10
    mallory = person("mallory", email="stranger@example.com")
    for number in range(40):
        make_movie(f"Movie {number}", by=mallory)
    assert to_be_sent_now().count() == 5
    assert Email.objects.filter(status=STATUS.queued).count() == 15
    assert Email.objects.filter(status=queue.HELD).count() == 25
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)
    assert not Email.objects.filter(scheduled_time__gt=tomorrow).exists()


def test_a_new_account_case_or_tag_gives_the_same_mailbox_no_new_share(person, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 2
    mallory = person("mallory", email="stranger@example.com")
    make_movie("One", by=mallory)
    make_movie("Two", by=mallory)
    delete_account(user=mallory.user)
    assert not Email.objects.exists()
    for number, address in enumerate(["stranger@example.com", "Stranger+more@Example.com"]):
        make_movie("Again", by=person(f"mallory{number}", email=address))
    assert Email.objects.count() == 2
    assert not to_be_sent_now().exists()


def test_held_mail_is_lined_up_once_the_address_is_confirmed(person, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR, settings.MAIL_PER_UNCONFIRMED_PER_DAY = 1, 1
    carol, mallory = person("carol"), person("mallory", email="stranger@example.com")
    for by in (carol, mallory):
        for number in range(4):
            make_movie(f"Movie {number}", by=by)
    assert Email.objects.filter(status=queue.HELD, to="carol@example.com").count() == 2
    carol.user.email_confirmed = True
    carol.user.save()
    call_command("send_mail", "--once")
    assert not Email.objects.filter(status=queue.HELD, to="carol@example.com").exists()
    assert Email.objects.filter(status=queue.HELD, to="stranger@example.com").count() == 2


def test_the_limit_can_be_lifted(alice, make_movie, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR = 0
    for number in range(60):
        make_movie(f"Movie {number}", by=alice)
    assert to_be_sent_now().count() == 60


def test_a_used_up_share_is_forgotten_only_once_it_is_full_again(alice, make_movie):
    make_movie("Alien", by=alice)
    call_command("send_mail", "--once")
    assert MailAllowance.objects.count() == 1
    MailAllowance.objects.update(used_until=timezone.now() - timedelta(seconds=1))
    call_command("send_mail", "--once")
    assert not MailAllowance.objects.exists()


def test_the_share_of_an_address_does_not_tell_the_address(alice, make_movie):
    make_movie("Alien", by=alice)
    assert "alice" not in str(MailAllowance.objects.values().get())


def test_deleting_an_account_removes_its_mail_and_nobody_elses(alice, bob, make_movie):
    make_movie("Alien", by=alice)
    make_movie("Brazil", by=bob)
    assert alice.delete("/api/v1/users/me/").status_code == 204
    assert [email.to for email in Email.objects.all()] == [["bob@example.com"]]


# --- The admin ------------------------------------------------------------------------------------------------------


def test_staff_sees_the_outbox_in_the_admin(client, sam, alice, make_movie):
    make_movie("Alien", by=alice)
    client.force_login(sam.user)
    listing = client.get("/admin/post_office/email/")
    assert listing.status_code == 200
    assert "alice@example.com" in listing.content.decode()
    assert client.get(f"/admin/post_office/email/{Email.objects.get().pk}/change/").status_code == 200


def test_alice_does_not_see_the_outbox(client, alice):
    client.force_login(alice.user)
    assert client.get("/admin/post_office/email/").status_code == 302
