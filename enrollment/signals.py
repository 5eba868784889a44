"""Signals of the registry for the apps above it."""

from django.dispatch import Signal

# Sent after the commit with ``batch_id``: records were added or changed.
batch_published = Signal()

# Sent in the transaction with ``records`` as they were before their holders lost them.
records_released = Signal()

# Sent in the transaction with ``record``, before it is locked: its certificate will be corrected.
certificate_changing = Signal()

# Sent in the transaction with ``record`` and the hashes ``old`` and ``new`` of its certificate.
certificate_changed = Signal()

# Sent in the transaction with the class ``merged``, which is deleted next, and ``into``, where its
# people are: when classes are merged, and when one is removed whose people were moved before.
classes_merged = Signal()
