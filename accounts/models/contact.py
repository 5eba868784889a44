"""The contacts of an account: changes, which the old contact can undo, and the yearly check."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from delivery.models import Channel


class ContactChange(models.Model):
    """A phone or e-mail address was bound, replaced or released; undone by a link for 24 hours.

    ``old_sealed`` holds what was bound before: an empty text where nothing was.
    """

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


class ContactCheck(models.Model):
    """When to ask the owner again whether a contact still reaches them, or to bind one."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_checks"
    )
    channel = models.CharField(max_length=5, choices=Channel)
    ask_again_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "channel"], name="one_contact_check_per_channel"
            )
        ]

    def __str__(self) -> str:
        return f"check of {self.channel} of account {self.account_id}"
