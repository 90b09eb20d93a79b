"""Passwords are compared in one Unicode form, wherever they are typed."""

import unicodedata

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts.models import Session, User
from accounts.services import open_session
from accounts.tests.contract import as_token

PHRASE = "two fat owls on a "[:16]  # as often as the longest password has room for
COMPOSED, DECOMPOSED = "caf\u00e9-au-lait-7", "cafe\u0301-au-lait-7"
SAME = {
    "accents": (COMPOSED, DECOMPOSED),
    "syllables of Hangul": ("비밀번호-가나다", unicodedata.normalize("NFD", "비밀번호-가나다")),
    "wide letters": ("correct-horse-7", "ｃｏｒｒｅｃｔ－ｈｏｒｓｅ－７"),
    "a ligature": ("official-business", "oﬃcial-business"),
    "a wide blank": ("correct horse 7", "correct\u3000horse\u00a07"),
    "signs of one letter in another order": ("a\u0323\u0307-password-9", "a\u0307\u0323-password-9"),
}
OTHERS = {
    "blanks around": ("correct horse 7", " correct horse 7 "),
    "case": ("Correct horse 7", "correct horse 7"),
    "accents left out": (COMPOSED, "cafe-au-lait-7"),
    "the first 72 bytes": (PHRASE * 5 + "b-7", (PHRASE * 5)[:72]),
    "a stroke": ("København-7", "Kobenhavn-7"),
}


def log_in(client, password):
    return client.post("/login/", {"username": "hp1", "password": password})


def register(client, password, **more):
    return client.post("/register/", {"username": "hp1", "password": password, **more})


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_one_password_in_two_forms_is_one_password(anonymous, one, other):
    assert register(anonymous, one).status_code == 201
    assert [log_in(anonymous, typed).status_code for typed in (one, other)] == [200, 200]
    User.objects.all().delete()
    assert register(anonymous, other, password2=one).status_code == 201
    assert [log_in(anonymous, typed).status_code for typed in (one, other)] == [200, 200]


@pytest.mark.parametrize(("one", "other"), OTHERS.values(), ids=OTHERS)
def test_another_password_is_another(anonymous, one, other):
    assert register(anonymous, one).status_code == 201
    assert [log_in(anonymous, typed).status_code for typed in (one, other)] == [200, 401]


@pytest.mark.parametrize("password", ["🔑🗝🚪🧲🎲🦉🍄🌊", "пароль-безопасный-1", PHRASE * 64, "ﷺ和平ﷲ" * 256])
def test_any_text_of_any_script_is_a_password(anonymous, password):
    assert register(anonymous, password).status_code == 201
    assert log_in(anonymous, password).status_code == 200


def test_the_form_does_not_make_a_weak_password_strong(anonymous):
    response = register(anonymous, "ｐａｓｓｗｏｒｄ")
    assert response.status_code == 400
    assert set(response.json()) == {"password"}


def test_a_hash_of_another_form_is_still_good_and_is_renewed_in_the_one_form(anonymous, alice):
    """Version 0.1.0 hashed what was typed."""
    User.objects.update(password=make_password(DECOMPOSED))
    login = open_session(user=User.objects.get())
    credentials = {"username": "alice", "password": COMPOSED}
    assert anonymous.post("/login/", credentials).status_code == 401
    assert anonymous.post("/login/", {**credentials, "password": DECOMPOSED}).status_code == 200
    assert check_password(COMPOSED, User.objects.get().password)
    assert anonymous.post("/login/", credentials).status_code == 200
    assert anonymous.get("/api/v1/users/me/", **as_token(login.token)).status_code == 200
    assert Session.objects.count() == 4


def test_a_wrong_password_in_another_form_costs_as_much_for_nobody_as_for_somebody(anonymous, alice, hashings):
    costs = set()
    for username in ("alice", "nobody", "alice@example.com"):
        hashings.clear()
        assert anonymous.post("/login/", {"username": username, "password": DECOMPOSED}).status_code == 401
        costs.add(len(hashings))
    assert costs == {2}


def test_a_changed_password_is_compared_in_the_one_form(anonymous, alice):
    User.objects.filter(pk=alice.user.pk).update(password=make_password(COMPOSED))
    token = open_session(user=User.objects.get()).token
    change = {"current_password": DECOMPOSED, "new_password": "ｃｏｒｒｅｃｔ－ｈｏｒｓｅ－７"}
    assert anonymous.post("/api/v1/users/me/password/", change, **as_token(token)).status_code == 204
    assert anonymous.post("/login/", {"username": "alice", "password": "correct-horse-7"}).status_code == 200


@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
def test_the_admin_and_the_commands_use_the_same_form(client, db, typed):
    User.objects.create_superuser("root", password=DECOMPOSED)
    reply = client.post("/admin/login/?next=/admin/", {"username": "root", "password": typed})
    assert reply.status_code == 302


def test_an_account_without_a_password_has_none_in_any_form(db):
    user = User.objects.create_user("hp1")
    user.set_password(None)
    for password in (None, "", COMPOSED, DECOMPOSED, user.password):
        assert not user.check_password(password)
