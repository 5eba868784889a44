"""What accounts tells the apps above it."""

from django.dispatch import Signal

# Sent in the transaction with ``account`` and ``phone`` (E.164): the number is confirmed now.
phone_confirmed = Signal()

# Sent in the transaction with ``account``: staff have given it a new contact.
account_rescued = Signal()

# Sent in the transaction with ``account``: it is being erased; each app clears its own part.
account_deleted = Signal()

# Sent in the transaction with ``account`` and ``since`` (a moment, or None): codes and grants
# given before must not work any more; what was made since then was not made by the owner.
entrances_closed = Signal()


# Sent in the transaction that makes a restored backup safe, before web and workers start.
# A receiver closes what may have been withdrawn since the backup and returns
# ``{"what": how_many}`` for the operator and the trail.
backup_restored = Signal()
