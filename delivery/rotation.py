"""What the outbox keeps sealed, for ``rotate_vault``."""

from vault.rotation import register_columns

register_columns("messages", "delivery.OutboxMessage", sealed="delivery.outbox")
