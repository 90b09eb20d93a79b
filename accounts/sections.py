"""What accounts themselves know about an account, for everything about it in one file: `accounts.export`."""

from typing import Any

from django.contrib.admin.models import LogEntry

from accounts.export import Section, section
from accounts.models import PersonalToken, SecondFactor, Session, User
from accounts.outbox import queue
from metrics.models import CountPeriod


def sections(*, user: User, **signal: Any) -> list[Section]:
    """What accounts answer to `accounts.signals.account_exporting`."""
    return [
        section(
            "profile",
            "your account, with its dates",
            User.objects.filter(pk=user.pk),
            id="id",
            username="username",
            email="email",
            email_confirmed="email_confirmed",
            first_name="first_name",
            last_name="last_name",
            is_staff="is_staff",
            comments_hidden="comments_hidden",
            date_joined="date_joined",
            last_login="last_login",
        ),
        section(
            "logins",
            "your login sessions",
            Session.objects.filter(user=user),
            id="id",
            network="network",
            user_agent="user_agent",
            second_factor="second_factor",
            created_at="created_at",
            last_used_at="last_used_at",
            expires_at="expires_at",
        ),
        section(
            "personal_tokens",
            "your personal access tokens",
            PersonalToken.objects.filter(user=user),
            id="id",
            name="name",
            scope="scope",
            created_at="created_at",
            last_used_at="last_used_at",
            expires_at="expires_at",
        ),
        section(
            "second_factor",
            "since when logging in takes a code, too",
            SecondFactor.objects.turned_on().filter(user=user),
            turned_on_at="turned_on_at",
        ),
        section(
            "mails",
            "the mails to you that are still kept, without their text, which may hold links that let somebody in",
            queue.of(user),
            id="id",
            subject="subject",
            created_at="created",
            scheduled_at="scheduled_time",
            last_updated_at="last_updated",
        ),
        section(
            "counter_resets",
            "when you reset the request counter",
            CountPeriod.objects.filter(reset_by=user),
            ended_at="ended_at",
            requests="total",
            from_address="reset_from",
        ),
        section(
            "admin_log",
            "what you did in the admin",
            LogEntry.objects.filter(user=user),
            at="action_time",
            what="object_repr",
            change="change_message",
        ),
    ]
