"""What accounts tell those who keep something about users, and of whom accounts know nothing."""

from django.dispatch import Signal

# Sent with `user` in the transaction that deletes the account, just before the row goes. Whoever keeps rows that
# protect their user removes them here. An error in a receiver rolls the deletion back.
account_deleting = Signal()

# Sent with `user` for everything about an account in one file. Whoever keeps something that belongs to users answers
# with a list of accounts.export.Section, whose rows are read later, one by one.
account_exporting = Signal()
