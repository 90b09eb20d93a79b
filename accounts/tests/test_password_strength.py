"""How hard a password has to be to guess, wherever it is set."""

import io
from unittest import mock

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from zxcvbn.matching import L33T_TABLE, enumerate_l33t_subs, relevant_l33t_subtable

from accounts import password_strength
from accounts.models import User
from config.management.commands.prepare import chosen_password

WEAK = ["alicealice", "password1", "qwerty12", "abcabcabcabc", "ｐａｓｓｗｏｒｄ１"]


@pytest.mark.parametrize("password", ["password123@", "kaleidoscope-7", "пароль-безопасный-1", "비밀번호-가나다"])
def test_what_takes_some_guessing_is_taken(db, password):
    validate_password(password, User(username="hp1"))


@pytest.mark.parametrize("password", ["a" * 72 + "b", "x" * 1024, "🔑" * 8])
def test_one_sign_repeated_is_taken_of_all_but_staff(db, password):
    validate_password(password, User(username="hp1"))
    with pytest.raises(ValidationError, match="too easy to guess"):
        validate_password(password, User(username="sam", is_staff=True))


@pytest.mark.parametrize("password", WEAK)
def test_what_takes_none_is_refused(anonymous, db, password):
    body = {"username": "hp1", "email": "rit@gmail.com", "password": password}
    response = anonymous.post("/api/v1/auth/register/", body)
    assert response.status_code == 400
    assert "password" in response.json()["detail"]


def test_the_refusal_says_how_to_do_better():
    with pytest.raises(ValidationError, match=r"too easy to guess\. .*Repeats like"):
        password_strength.StrengthValidator().validate("xyxyxyxyxyxy")


def test_what_others_know_of_the_account_is_no_help():
    user = User(username="wolpertinger", email="jabberwocky@example.com", first_name="Rumpelstilz")
    for known in ("wolpertinger1", "jabberwocky1", "rumpelstilz1"):
        assert password_strength.strength(known, user)["score"] < password_strength.strength(known)["score"]


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_staff_need_a_better_one(rights):
    validate_password("kaleidoscope-7", User(username="sam"))
    with pytest.raises(ValidationError, match="too easy to guess"):
        validate_password("kaleidoscope-7", User(username="sam", **rights))
    validate_password("four-owls-read-maps", User(username="sam", **rights))


def test_how_hard_it_has_to_be_is_a_setting(settings):
    settings.PASSWORD_MIN_SCORE = 0
    password_strength.StrengthValidator().validate("xyxyxyxyxyxy")
    settings.PASSWORD_MIN_SCORE = 3
    with pytest.raises(ValidationError):
        password_strength.StrengthValidator().validate("password123@")


def test_it_looks_at_a_bounded_part_with_a_bounded_number_of_readings():
    """Each sign that may stand for a letter multiplies the readings: 72 of all kinds took seconds."""
    worst = "@({[<!|$+%0123456789" * 50
    looked_at = password_strength.bounded(worst)
    assert len(looked_at) == password_strength.LOOKED_AT
    readings = enumerate_l33t_subs(relevant_l33t_subtable(looked_at, L33T_TABLE))
    assert len(readings) < 100 < len(enumerate_l33t_subs(relevant_l33t_subtable(worst[:72], L33T_TABLE)))


def test_beyond_a_few_such_signs_a_password_is_not_taken_for_a_weak_one():
    assert password_strength.strength("@x(k{p[v<q!z|w$j+m%")["score"] == 4


@pytest.mark.parametrize("password", ["password1", "adminadmin1", "kaleidoscope-7"])
def test_the_first_admin_has_a_good_one(settings, password):
    settings.ADMIN_PASSWORD = password
    with pytest.raises(CommandError, match=r"ADMIN_PASSWORD: .*(easy to guess|too similar|too common)"):
        chosen_password()


def test_changing_it_by_command_asks_for_a_good_one_too(db):
    User.objects.create_user("sam", is_staff=True)
    with mock.patch("getpass.getpass", return_value="kaleidoscope-7"), pytest.raises(CommandError):
        call_command("changepassword", "sam", stdout=io.StringIO(), stderr=io.StringIO())


def test_the_admin_asks_for_a_good_one_too(client, sam):
    client.force_login(sam.user)
    typed = {"username": "newcomer", "password1": "alicealice", "password2": "alicealice", "usable_password": "true"}
    response = client.post(reverse("admin:accounts_user_add"), typed)
    assert response.status_code == 200
    assert "too easy to guess" in response.content.decode()
    assert not User.objects.filter(username="newcomer").exists()
