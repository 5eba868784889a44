"""The keyed hashes of recipients, for ``rotate_lookup``.

``accounts.privacy.lookup_rotation`` registers the mailboxes they are made from.
"""

from vault.lookup_rotation import delete, forget, register_hash

register_hash(
    "delivery.OutboxMessage.recipient_hash", "mail-recipient", forget(recipient_hash=None)
)
register_hash("delivery.ReturnedMail.recipient_hash", "mail-recipient", delete)
