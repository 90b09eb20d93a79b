"""Backups: one file that holds the whole installation, made while it is used and put back into an empty place.

`making` writes one, `restoring` puts it back. `folder` is where they are kept, `schedule` says when the worker makes
them, and `records` what the admin and other hosts hear of them. docs/decisions/0026-backups.md says
why they are as they are.
"""


class Refused(Exception):
    """It cannot be done. The sentence is for whoever has asked for it."""
