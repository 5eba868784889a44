"""What the registry tells the apps above it."""

from django.dispatch import Signal

# Sent after the commit with ``batch_id``: records are new or changed.
batch_published = Signal()

# Sent in the transaction with ``records`` as they were: their holders are no longer that.
records_released = Signal()

# Sent in the transaction with ``record`` and the hashes ``old`` and ``new`` of its certificate.
certificate_changed = Signal()

# Sent in the transaction with the class ``merged``, which is removed next, and ``into``.
classes_merged = Signal()
