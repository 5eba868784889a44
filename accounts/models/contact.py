"""Changes of contacts, which can be undone, and the yearly check."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from database.random_keys import random_key
from delivery.models import Channel


class ChangeKind(models.TextChoices):
    """What was changed: a contact (named by its channel), or the username."""

    SMS = Channel.SMS.value
    EMAIL = Channel.EMAIL.value
    USERNAME = "username"


class ContactChange(models.Model):
    """A contact or username was added, replaced or removed; a link undoes it for 24 hours.

    ``old_sealed`` holds the previous value, which may be empty. ``reauthenticated`` is false for
    the first binding in the session that signed up: until a password reset through that contact,
    its reader has not proved to know the password.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_changes"
    )
    kind = models.CharField(max_length=8, choices=ChangeKind)
    old_sealed = models.BinaryField()
    reauthenticated = models.BooleanField(default=True)
    made_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ChangeKind.values), name="change_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"change {self.key} of {self.kind}"


class ContactCheck(models.Model):
    """When to ask again whether a contact still reaches its owner, or to bind one."""

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
