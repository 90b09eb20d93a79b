"""What one account may do in a day, and keep: bounds that a person never meets, and a program soon.

Staff has none. Who asks does so in the transaction of what is done, first of all: what fails costs nothing, and whoever
does the same for the account at the same time waits until it has ended, before it holds anything that others wait for.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser

from metrics.windows import take_use
from rest.database.locks import wait_for_turn
from rest.exceptions import QuotaReached, StorageFull

DAY = timedelta(days=1)
LOCKS = 7_735_391_106 << 24  # the advisory lock of an account is that of its id above this


def has_quotas(user: AbstractBaseUser | None) -> bool:
    return user is not None and not getattr(user, "is_staff", False)


def take_of_day(user: AbstractBaseUser | None, what: str, quota: int) -> None:
    """Counts one of the `quota` of something that the account does in a day, 0 of which is no limit.

    Raises QuotaReached (409). THROTTLING=off lifts it like every rate.
    """
    if user is None or not has_quotas(user) or not quota or not settings.THROTTLING:
        return
    use = take_use(f"{what} a day:user:{user.pk}", quota, DAY)
    if not use.is_taken:
        hours = max(1, round(use.opens_in.total_seconds() / 3600))
        raise QuotaReached(f"An account adds at most {quota} {what} a day. Go on in {hours} hours.")


def wait_for_account(user: AbstractBaseUser) -> None:
    """Holds the account's quotas until the transaction ends, so that what is counted then stays so."""
    wait_for_turn(LOCKS + user.pk)


def require_room(what: str, used: int, quota: int) -> None:
    """Raises StorageFull (413) where `used` bytes, what is to be kept among them, are more than the quota."""
    if quota and used > quota:
        raise StorageFull(
            f"An account keeps at most {megabytes(quota)} of {what}, and this would make it {megabytes(used)}. "
            "Delete some, or send less."
        )


def megabytes(count: int) -> str:
    return f"{count / 1_000_000:.2f} MB"
