"""`manage.py prepare`: what a database has before the server starts, and the first admin account."""

import re

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from movies import search
from movies.models import Movie, SearchPosting, SearchRevision, SearchWord

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepare(capsys, settings, tmp_path):
    """Runs it with these settings: what it printed."""
    settings.STATIC_ROOT = tmp_path

    def run(*arguments, **changed):
        for name, value in changed.items():
            setattr(settings, name, value)
        call_command("prepare", *arguments)
        return capsys.readouterr().out

    return run


def password_in(printed):
    return re.search(r"Admin account: admin, password (\S{12,}) \(shown this once", printed)[1]


def test_an_empty_database_gets_the_demo_catalogue_and_an_admin_with_the_password_shown(prepare):
    printed = prepare(DEMO=True)
    assert "Demo data: " in printed
    assert Movie.objects.exists()
    admin = User.objects.get(username="admin")
    assert admin.is_superuser
    assert admin.is_staff
    assert admin.check_password(password_in(printed))


@pytest.mark.parametrize(("arguments", "demo"), [([], False), (["--no-demo"], True), (["--no-demo"], False)])
def test_without_the_demo_there_is_an_admin_and_nothing_else(prepare, arguments, demo):
    printed = prepare(*arguments, DEMO=demo)
    assert User.objects.get().check_password(password_in(printed))
    assert not Movie.objects.exists()


@pytest.mark.parametrize("demo", [True, False])
def test_the_second_time_makes_no_second_admin_and_loads_no_demo(prepare, demo):
    prepare(DEMO=False)
    before = list(User.objects.values())
    assert prepare(DEMO=demo) == ""
    assert list(User.objects.values()) == before
    assert not Movie.objects.exists()


def test_a_catalogue_of_one_s_own_gets_an_admin_and_no_demo(prepare, make_movie):
    make_movie("Mine")
    assert password_in(prepare(DEMO=True))
    assert Movie.objects.get().title == "Mine"


def test_an_admin_of_another_name_is_admin_enough(prepare, sam):
    assert prepare() == ""
    assert User.objects.get() == sam.user


def test_nobody_s_account_becomes_an_admin_because_of_its_name(prepare, person):
    person("Admin")
    assert prepare() == "There is no admin, and the name admin is taken: manage.py createsuperuser makes one.\n"
    assert not User.objects.get().is_superuser


def test_a_password_that_was_chosen_is_taken_and_not_shown(prepare):
    printed = prepare(DEMO=False, ADMIN_PASSWORD="correct-horse-battery")
    assert printed == "Admin account: admin, the password in ADMIN_PASSWORD.\n"
    assert User.objects.get().check_password("correct-horse-battery")


def test_a_chosen_password_changes_no_account_that_is_there(prepare):
    printed = prepare(DEMO=False)
    assert prepare(ADMIN_PASSWORD="correct-horse-battery") == ""
    assert User.objects.get().check_password(password_in(printed))


@pytest.mark.parametrize("password", ["short", "1234567890123", "password"])
def test_a_chosen_password_that_is_none_is_refused_and_no_account_is_made(prepare, password):
    with pytest.raises(CommandError, match=r"^ADMIN_PASSWORD: This password is too "):
        prepare(DEMO=False, ADMIN_PASSWORD=password)
    assert not User.objects.exists()


def test_an_index_of_older_rules_is_made_anew_once(prepare, make_movie, sam):
    make_movie("S.W.A.T.")
    SearchPosting.objects.all().delete()
    SearchWord.objects.update(movies_count=0)
    SearchRevision.objects.all().delete()
    assert prepare(DEMO=False) == "Bringing the search index up to date, of 1 movies …\n"
    assert search.find("swat").page(0, 1)[1] == 1
    assert prepare(DEMO=False) == ""
