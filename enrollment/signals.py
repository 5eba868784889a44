"""What the registry tells the apps above it."""

from django.dispatch import Signal

# Sent after the commit with ``batch_id``: records are new or changed.
batch_published = Signal()
