"""An app that shows codes, in the hands of a person of the tests."""

import time

import pyotp

from accounts.models import SecondFactor
from accounts.services import second_factor


class App:
    """`next_code()` is a code that has not been used: time does not pass in the tests, so the app forgets what was."""

    def __init__(self, person, *, is_on=True, secret=None):
        self.person = person
        self.totp = pyotp.TOTP(secret or second_factor.begin(user=person.user).secret)
        self.recovery_codes = []
        if is_on and not secret:
            self.recovery_codes = second_factor.turn_on(request=None, user=person.user, code=self.code())

    def code(self, steps=0):
        """That of now, or of so many steps of 30 seconds later."""
        return self.totp.at(time.time() + 30 * steps)

    def next_code(self):
        SecondFactor.objects.filter(user=self.person.user).update(last_step=0)
        return self.code()

    def wrong_code(self):
        right = {self.code(steps) for steps in range(-2, 3)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)
