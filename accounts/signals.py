"""Signals that accounts send to the apps above."""

from django.dispatch import Signal

# Sent in the transaction with ``account`` and ``phone`` (E.164): the number was confirmed.
phone_confirmed = Signal()

# Sent in the transaction with ``account`` and ``by`` (or None, if that account is gone): this
# member of staff has given it a new contact.
account_rescued = Signal()

# Sent in the transaction with ``account``: it is being erased; each app clears its own part.
account_deleted = Signal()

# Sent in the transaction with ``account`` and ``since`` (a datetime, or None): codes and grants
# issued before must stop working; acts after ``since`` were not the owner's.
entrances_closed = Signal()


# Sent in the transaction that makes a restored backup safe, before web and workers start.
# A receiver closes what may have been withdrawn since the backup and returns
# ``{"kind": number}`` for the operator and the trail.
backup_restored = Signal()
