"""The admin's login with a code, and the page on which staff turns a second factor on."""

import re

import pytest
from django.test import Client

from accounts.models import SecondFactor, User
from accounts.services import second_factor
from accounts.tests.apps import App
from config.tests.admin import Office
from conftest import PASSWORD

LOGIN, PAGE, INDEX = "/admin/login/", "/admin/second-factor/", "/admin/"


@pytest.fixture
def browser(sam):
    return Client()


def log_in(browser, **changes):
    return browser.post(f"{LOGIN}?next=/admin/", {"username": "sam", "password": PASSWORD, **changes})


def test_the_form_has_a_place_for_the_code(browser):
    assert 'name="otp"' in browser.get(LOGIN).content.decode()


def test_an_account_without_one_logs_in_as_ever(browser):
    assert log_in(browser).status_code == 302
    response = browser.get(INDEX)
    assert response.status_code == 200
    assert f'href="{PAGE}"' in response.content.decode()


def test_an_account_with_one_needs_the_code(browser, sam):
    app = App(sam)
    for code, said in (("", "a code (otp) is needed"), (app.wrong_code(), "The code is wrong")):
        response = log_in(browser, otp=code)
        assert response.status_code == 200
        assert said in response.content.decode()
        assert browser.get(INDEX).status_code == 302
    assert log_in(browser, otp=app.next_code()).status_code == 302
    assert browser.get(INDEX).status_code == 200


class TestRequired:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.REQUIRE_SECOND_FACTOR_FOR_STAFF = True

    def test_staff_without_one_is_led_to_the_page_that_turns_it_on(self, browser):
        response = browser.post(f"{LOGIN}?next=/admin/", {"username": "sam", "password": PASSWORD}, follow=True)
        assert response.redirect_chain[-1] == (PAGE, 302)
        assert "Scan this picture" in response.content.decode()
        assert 'class="segno"' in response.content.decode()
        assert browser.get("/admin/movies/movie/").status_code == 302

    def test_there_a_code_and_the_password_open_the_admin(self, browser, sam):
        log_in(browser)
        browser.get(PAGE)
        secret = second_factor.pending(user=sam.user).secret
        assert secret in browser.get(PAGE).content.decode()
        app = App(sam, secret=secret)
        for sent, said in (
            ({"current_password": "wrong", "code": app.code()}, "Is not your current password."),
            ({"current_password": PASSWORD, "code": app.wrong_code()}, "Is no code that counts now."),
            ({"current_password": PASSWORD}, "This field is required."),
        ):
            assert said in browser.post(PAGE, sent).content.decode()
            assert not SecondFactor.objects.turned_on().exists()
        response = browser.post(PAGE, {"current_password": PASSWORD, "code": app.next_code()})
        assert len(re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", response.content.decode())) == 10
        assert response["Cache-Control"] == "no-store"
        assert browser.get(INDEX).status_code == 200

    def test_a_login_with_a_code_opens_the_admin_at_once(self, browser, sam):
        app = App(sam)
        assert log_in(browser, otp=app.next_code()).status_code == 302
        assert browser.get(INDEX).status_code == 200

    def test_a_login_of_before_it_was_on_logs_in_again(self, browser, sam):
        log_in(browser)
        App(sam)
        response = browser.get(INDEX, follow=True)
        assert response.redirect_chain[-1][0] == PAGE
        assert "log in again" in response.content.decode()
        assert "Scan this picture" not in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_is_for_staff_alone(alice, method):
    stranger, browser = Client(), Client()
    browser.force_login(alice.user)
    for client in (stranger, browser):
        response = getattr(client, method)(PAGE, {"current_password": PASSWORD, "code": "123456"})
        assert (response.status_code, response["Location"]) == (302, LOGIN)
    assert not SecondFactor.objects.exists()


def test_staff_takes_it_off_an_account_that_has_lost_it(sam, alice, bob, caplog):
    App(alice)
    office = Office(sam.user)
    assert office.act(User, "take_off_second_factor", [alice.user, bob.user]).status_code == 302
    assert not SecondFactor.objects.exists()
    assert f"second_factor_off user={alice.user.pk} " in caplog.text
    assert f"by={sam.user.pk}" in caplog.text
    assert f"second_factor_off user={bob.user.pk} " not in caplog.text
