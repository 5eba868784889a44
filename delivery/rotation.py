"""The sealed columns of the outbox, for ``rotate_vault``."""

from vault.rotation import register_columns

register_columns("messages", "delivery.OutboxMessage", sealed="delivery.outbox")
