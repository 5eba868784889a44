"""Changes of a bound contact, which the old contact can undo."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from delivery.models import Channel


class ContactChange(models.Model):
    """A confirmed phone or e-mail address was replaced; undone by a link for 24 hours."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_changes"
    )
    channel = models.CharField(max_length=5, choices=Channel)
    old_sealed = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"change {self.key} of {self.channel}"
