"""How hard a password is to guess, as zxcvbn estimates it: 0 (no work at all) to 4."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from accounts.models import User, normalize_password

LOOKED_AT = 40  # characters of a password: its time grows with more than their square
# Signs that may stand for letters ("p@ss"). Each more multiplies the readings that are tried, up to seconds for one
# password. A password that people remember has few: those beyond are taken for signs that mean nothing.
SUBSTITUTES = "@({[<!|$+%"
MOST_SUBSTITUTES = 3
ONE_SIGN = 1  # the score of one sign repeated: clients try that long passwords are compared whole with such
MEANINGLESS = 0xE000  # characters for private use begin here


class StrengthValidator:
    """Refuses a password that is easily guessed by whoever knows the account's name and address.

    Staff need a better one, since more is lost with it: PASSWORD_MIN_SCORE_STAFF instead of PASSWORD_MIN_SCORE.
    """

    def validate(self, password: str, user: Any = None) -> None:
        found = strength(password, user)
        score = max(found["score"], ONE_SIGN) if len(set(password[:LOOKED_AT])) == 1 else found["score"]
        if score < least_score(user):
            advice = [found["feedback"]["warning"], *found["feedback"]["suggestions"]]
            text = " ".join(["This password is too easy to guess.", *(as_sentence(line) for line in advice if line)])
            raise ValidationError(text, code="password_too_weak")

    def get_help_text(self) -> str:
        return "Your password should be hard to guess: several words that have nothing to do with each other are."


def strength(password: str, user: Any = None) -> dict[str, Any]:
    """What zxcvbn says of the beginning of the password, in at most a few tenths of a second."""
    result: dict[str, Any] = zxcvbn(bounded(normalize_password(password)), user_inputs=known_of(user))
    return result


def bounded(password: str) -> str:
    """The beginning of it, with few kinds of SUBSTITUTES."""
    password = password[:LOOKED_AT]
    kinds = [sign for sign in dict.fromkeys(password) if sign in SUBSTITUTES]
    return password.translate({ord(sign): MEANINGLESS + ord(sign) for sign in kinds[MOST_SUBSTITUTES:]})


def known_of(user: Any) -> list[str]:
    """What others know of the account: its names, and its address with the part before the @."""
    if not isinstance(user, User):
        return []
    known = [user.username, user.email, user.email.partition("@")[0], user.first_name, user.last_name]
    return [text[:LOOKED_AT] for text in known if text]


def least_score(user: Any) -> int:
    is_staff = isinstance(user, User) and (user.is_staff or user.is_superuser)
    score: int = settings.PASSWORD_MIN_SCORE_STAFF if is_staff else settings.PASSWORD_MIN_SCORE
    return score


def as_sentence(line: str) -> str:
    return line if line.endswith(".") else f"{line}."
