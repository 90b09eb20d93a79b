"""Everything that can be done in the admin, as the registry tells it: whatever is counted is right afterwards."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from post_office.models import STATUS, Attachment, Email, Log

from accounts.models import BlockedAddress, PersonalToken, RecoveryCode, SecondFactor, Session, User
from accounts.tests.apps import App
from collections_app.models import Collection, CollectionMovie
from collections_app.services import create_collection
from config.tests.admin import Office, address, registered
from metrics.models import ThrottleWindow
from movies import moderation, naming, services, verification
from movies.models import (
    Comment,
    CommentReport,
    Director,
    Favorite,
    Genre,
    GenreAlias,
    Like,
    Movie,
    MovieDirector,
    MovieGenre,
    Rating,
)

pytestmark = pytest.mark.django_db
PASSWORD = {"usable_password": "true", "password1": "correct-horse", "password2": "correct-horse"}

# What a page is sent with, besides what it says already. `{rows}` are those of the fixture.
TO_ADD = {
    Movie: lambda rows: {"title": "Zardoz", "genre_links-0-genre": rows[Genre].pk},
    Director: lambda rows: {"name": "John Boorman"},
    Genre: lambda rows: {"name": "Fantasy"},
    GenreAlias: lambda rows: {"alias": "Spooky", "genre": "Horror"},
    User: lambda rows: {"username": "dora", **PASSWORD},
    BlockedAddress: lambda rows: {"address": "elsewhere.example"},
    Collection: lambda rows: {"user": rows[User].pk, "title": "Later", "description": "Hm."},
    CollectionMovie: lambda rows: {"collection": rows[Collection].pk, "position": 9, "title": "Zardoz"},
}
TO_CHANGE = {
    Movie: {"title": "Zardoz", "duration": 105},
    Director: {"name": "John Boorman"},
    Genre: {"name": "Fantasy"},
    GenreAlias: {"alias": "Scary"},
    User: {"username": "Robert", "email": "robert@example.com"},
    BlockedAddress: {"address": "other.example"},
    Collection: {"title": "Later"},
    CollectionMovie: {"position": 9},
    Email: {"priority": 1},
}
# The field of an inline's row that names what it is about.
INLINE = {
    (Movie, MovieDirector): ("director_links", "director"),
    (Movie, MovieGenre): ("genre_links", "genre"),
    (Collection, CollectionMovie): ("entries", "title"),
    (Email, Attachment.emails.through): ("Attachment_emails", "attachment"),
}
ACTIONS = {
    "delete_selected",
    "merge_selected",
    "requeue",
    "activate",
    "take_off_second_factor",
    "deactivate",
    "hide_comments",
    "show_comments",
    "remove_comments",
    "dismiss",
}


@pytest.fixture
def office(sam):
    return Office(sam.user)


@pytest.fixture
def rows(movie, make_movie, alice, bob, charlie, settings, tmp_path):
    """A row of every kind, among others of its kind, with all that may depend on it."""
    settings.MEDIA_ROOT = tmp_path
    other = make_movie("Aliens", by=alice, director="James Cameron", genre_list=["Horror", "Action", "Science Fiction"])
    for who in (bob, charlie):
        for one in (movie, other):
            for mark in (Like, Favorite):
                services.set_mark(mark, movie_id=one.pk, user=who.user, wanted=True)
            services.rate(movie_id=one.pk, user=who.user, half_stars=7)
            services.comment(movie=one, user=who.user, text="Hm.")
    listed = [{"uuid": movie.uuid}, {"title": "Unknown"}]
    collection = create_collection(user=bob.user, title="Seen", description="Hm.", movies=listed)
    create_collection(user=bob.user, title="To see", description="Hm.", movies=listed)
    alias = GenreAlias(alias="Frightful", genre="Horror")
    naming.save_alias(alias=alias)
    report, _ = moderation.report_comment(
        comment=Comment.objects.filter(user=bob.user).first(), user=alice.user, reason="R"
    )
    email = Email.objects.create(from_email="a@example.com", to=["b@example.com"], status=STATUS.failed)
    attachment = Attachment.objects.create(name="a.txt", file=ContentFile(b"a", "a.txt"))
    attachment.emails.add(email)
    return {
        Movie: movie,
        Director: movie.director,
        Genre: Genre.objects.get(name="Horror"),
        GenreAlias: alias,
        User: bob.user,
        BlockedAddress: BlockedAddress.objects.create(address="spam.example"),
        CommentReport: report,
        Session: Session.objects.get(user=bob.user),
        PersonalToken: PersonalToken.objects.create(
            user=bob.user, name="Script", token_digest="x", scope="read", password_digest="x", expires_at=timezone.now()
        ),
        Collection: collection,
        CollectionMovie: collection.entries.first(),
        ThrottleWindow: ThrottleWindow.objects.create(key="k", expires_at=timezone.now() + timedelta(hours=1)),
        Email: email,
        Log: Log.objects.create(email=email, status=STATUS.failed, message="Hm."),
        Attachment: attachment,
        **{model: model.objects.filter(user=bob.user).first() for model in (Like, Favorite, Rating, Comment)},
    }


def name_of(model):
    return model.__name__


def those_with(permission):
    """The models of which the admin can do that at all, whoever asks."""
    request = Office.__new__(Office)
    request.user = User(is_staff=True, is_superuser=True, is_active=True)
    allowed = [model for model, page in registered().items() if getattr(page, permission)(request.request())]
    return pytest.mark.parametrize("model", allowed, ids=name_of)


def exact():
    return list(verification.differences()) == []


@those_with("has_add_permission")
def test_what_is_added_is_counted(office, rows, model):
    assert model in TO_ADD, "say in TO_ADD how one is added"
    before = model.objects.count()
    reply = office.add(model, **TO_ADD[model](rows))
    assert reply.status_code == 302, reply.context["errors"]
    assert model.objects.count() == before + 1
    assert exact()


@those_with("has_change_permission")
def test_what_is_changed_is_counted(office, rows, model):
    assert model in TO_CHANGE, "say in TO_CHANGE how one is changed"
    reply = office.change(rows[model], **TO_CHANGE[model])
    assert reply.status_code == 302, reply.context["errors"]
    changed = model.objects.get(pk=rows[model].pk)
    assert {name: getattr(changed, name) for name in TO_CHANGE[model]} == TO_CHANGE[model]
    assert exact()


@those_with("has_delete_permission")
def test_what_is_deleted_is_counted(office, rows, model):
    free_names(office, model)
    assert office.get(address(model, "delete", rows[model].pk)).status_code == 200
    assert office.delete(rows[model]).status_code == 302
    assert not model.objects.filter(pk=rows[model].pk).exists()
    assert exact()


@those_with("has_delete_permission")
def test_what_is_deleted_from_the_list_is_counted(office, rows, model):
    free_names(office, model)
    chosen = list(model.objects.exclude(pk=office.user.pk if model is User else None))
    assert office.act(model, "delete_selected", chosen).status_code == 200
    assert office.act(model, "delete_selected", chosen, post="yes").status_code == 302
    assert not model.objects.filter(pk__in=[row.pk for row in chosen]).exists()
    assert exact()


def free_names(office, model):
    """A name that a movie has is not deleted: this is another test's."""
    if model in (Director, Genre):
        services.delete_movies(movie_ids=[movie.pk for movie in Movie.objects.all()])


def test_every_action_of_every_list_has_a_test_here(office):
    request = office.request()
    found = {name for page in registered().values() for name in page.get_actions(request)}
    assert found == ACTIONS


def test_a_second_factor_that_is_taken_off_is_gone_with_its_codes(office, rows, bob):
    App(bob)
    assert office.act(User, "take_off_second_factor", [bob.user]).status_code == 302
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert exact()


@pytest.mark.parametrize("model", [Director, Genre], ids=name_of)
def test_what_is_merged_is_counted(office, rows, model):
    chosen = list(model.objects.exclude(pk=rows[model].pk))
    asked = office.act(model, "merge_selected", chosen)
    assert asked.status_code == 200
    assert office.act(model, "merge_selected", chosen, into=rows[model].pk).status_code == 302
    assert list(model.objects.all()) == [rows[model]]
    assert exact()


def test_comments_that_are_hidden_shown_and_removed_are_counted(office, rows):
    for action in ("hide_comments", "show_comments", "hide_comments"):
        assert office.act(User, action, [rows[User]]).status_code == 302
        assert Comment.objects.shown().filter(user=rows[User]).exists() == (action == "show_comments")
        assert exact()
    assert office.act(CommentReport, "remove_comments", [rows[CommentReport]]).status_code == 302
    assert not CommentReport.objects.exists()
    assert exact()


def test_a_report_that_is_dismissed_is_no_longer_in_the_list(office, rows):
    assert office.get(address(CommentReport)).context["cl"].result_count == 1
    assert office.act(CommentReport, "dismiss", [rows[CommentReport]]).status_code == 302
    counted = [
        office.get(address(CommentReport) + query).context["cl"].result_count
        for query in ("", "?state=dismissed", "?state=all")
    ]
    assert counted == [0, 1, 1]
    assert CommentReport.objects.get().dismissed_by == office.user


def test_mails_that_are_queued_again_are_due(office, rows):
    assert office.act(Email, "requeue", [rows[Email]]).status_code == 302
    rows[Email].refresh_from_db()
    assert rows[Email].status == STATUS.queued


# --- Rows within a page ---

INLINES = [(model, inline.model) for model, page in registered().items() for inline in page.inlines]
WRITTEN = [pair for pair in INLINES if pair[1] is not Log]  # which can only be looked at


@pytest.mark.parametrize("pair", WRITTEN, ids=lambda pair: "-".join(map(name_of, pair)))
@pytest.mark.parametrize("what", ["add", "change", "delete", "nothing"])
def test_rows_within_a_page_are_counted(office, rows, pair, what):
    assert pair in INLINE, "say in INLINE how its rows are written"
    model, related = pair
    prefix, field = INLINE[pair]
    page = address(model, "change", rows[model].pk)
    data = office.filled(page)
    old = int(data[f"{prefix}-INITIAL_FORMS"])
    assert old > 0
    if what == "add":
        data |= {f"{prefix}-{old}-{field}": another(related), f"{prefix}-TOTAL_FORMS": old + 1}
        if related is CollectionMovie:
            data |= {f"{prefix}-{old}-position": 9, f"{prefix}-{old}-uuid": uuid4()}
    elif what == "change":
        data[f"{prefix}-0-{field}"] = another(related)
    elif what == "delete":
        data[f"{prefix}-0-DELETE"] = "on"
    before = related.objects.count()
    reply = office.post(page, data)
    assert reply.status_code == 302, (reply.context["errors"], data)
    assert related.objects.count() - before == {"add": 1, "delete": -1}.get(what, 0)
    assert exact()


def another(related):
    """What a row may be about that is not on the page yet."""
    if related is CollectionMovie:
        return "Other"
    if related is Attachment.emails.through:
        return Attachment.objects.create(name="x").pk
    return (Director if related is MovieDirector else Genre).objects.create(name="Other").pk


def test_every_row_within_a_page_has_a_test_here():
    assert set(INLINES) == {*INLINE, (Email, Log)}
