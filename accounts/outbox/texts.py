"""What the mails about accounts say. Nothing that a user wrote is in them, because the address may be a stranger's.

They are templates: `link` or `reset` is the page to open, `life` how long its key is good, `home` the server.
"""

from dataclasses import dataclass

from accounts.models import Purpose

FRAME = """{{% autoescape off %}}Hello,

{text}

{{{{ home }}}}
{{% endautoescape %}}"""


@dataclass(frozen=True)
class Text:
    subject: str
    text: str

    @property
    def message(self) -> str:
        return FRAME.format(text=self.text)


KEYS = {
    Purpose.CONFIRM: Text(
        "Confirm your address",
        """somebody, probably you, has given this address to an account at Marquee.
To confirm that it is yours, open

{{ link }}

The link works once, for {{ life }} after this mail was sent. If it was not
you, do not open it: an address that nobody has confirmed gets few mails,
and none with anything that somebody wrote.""",
    ),
    Purpose.CHANGE: Text(
        "Confirm your new address",
        """somebody, probably you, wants this to be the new address of an account at
Marquee. To make it so, open

{{ link }}

The link works once, for {{ life }} after this mail was sent. If it was not
you, do not open it: then nothing changes.""",
    ),
    Purpose.RESET: Text(
        "Set a new password",
        """somebody, probably you, has forgotten the password of the account with this
address at Marquee. To set a new one, open

{{ link }}

The link works once, for {{ life }} after this mail was sent. A new password
ends all logins of the account. If it was not you, do not open it: then your
password stays as it is.""",
    ),
}
CHANGE_ASKED = Text(
    "Another address for your account",
    """somebody, probably you, has asked for another e-mail address for your account
at Marquee. It takes the place of this one once it is confirmed.

If it was not you, set a new password now, at

{{ reset }}

That ends all logins, and no other address will take the place of this one.""",
)
CHANGE_DONE = Text(
    "The address of your account has been changed",
    """your account at Marquee does not have this e-mail address any longer.

If it was not you who changed that, tell those who run the server, and write
to them from this address.""",
)
