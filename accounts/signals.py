"""What accounts tells the apps above it."""

from django.dispatch import Signal

# Sent in the transaction with ``account`` and ``phone`` (E.164): the number is confirmed now.
phone_confirmed = Signal()

# Sent in the transaction with ``account``: it is being erased; each app clears its own part.
account_deleted = Signal()
