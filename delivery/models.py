"""The outbox: everything to be sent, written with the change that causes it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class Status(models.TextChoices):
    """Where a message is on its way.

    ``UNKNOWN``: handed over, but nobody heard whether it was accepted. It is
    reconciled with the provider and never sent again blindly.
    """

    QUEUED = "queued", pgettext_lazy("message", "Waiting to be sent")
    SENDING = "sending", pgettext_lazy("message", "Being sent")
    SENT = "sent", pgettext_lazy("message", "Sent")
    DELIVERED = "delivered", pgettext_lazy("message", "Delivered")
    FAILED = "failed", pgettext_lazy("message", "Could not be sent")
    UNKNOWN = "unknown", pgettext_lazy("message", "Sent, not yet confirmed")


class OutboxMessage(models.Model):
    """One message to one recipient.

    What it says is sealed, and blanked once it has been sent. A message with a
    ``kind`` that has a renderer holds no text at all: it is rendered from the
    row that ``reference`` names at the moment of sending.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    channel = models.CharField(max_length=5, choices=Channel)
    purpose = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10)
    masked_recipient = models.CharField(max_length=80)
    # Of e-mail only: what is waited for together, and under what a bounce is kept.
    domain = models.CharField(max_length=255, blank=True, db_default="")
    recipient_hash = models.BinaryField(null=True)
    sealed = models.BinaryField(blank=True, default=b"")
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=40, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="outbox_status_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="outbox_channel_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.SENT, Status.DELIVERED, Status.FAILED])
                | Q(sealed=b""),
                name="outbox_blank_once_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status="queued"), name="outbox_due"
            ),
            models.Index(
                fields=["claimed_at"],
                condition=Q(status__in=["sending", "unknown"]),
                name="outbox_open",
            ),
            models.Index(
                fields=["claimed_at"], condition=Q(channel="sms"), name="outbox_texts_taken"
            ),
            models.Index(fields=["kind", "reference"], name="outbox_reference"),
            models.Index(
                fields=["provider", "provider_id"],
                condition=~Q(provider_id=""),
                name="outbox_provider_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose} {self.key}"

    @property
    def state_since(self) -> object:
        """When the present state began, for the page that shows it."""
        return self.settled_at or self.sent_at or self.claimed_at or self.created_at


class MailDomain(models.Model):
    """How e-mail to one domain goes: its pace, and until when it waits. ``*`` is our own server."""

    name = models.CharField(max_length=255, unique=True)
    window_started_at = models.DateTimeField(db_default=Now())
    in_window = models.PositiveIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ReturnedMail(models.Model):
    """The latest e-mail to one address that came back or was refused for its sake.

    The address itself is not kept. The row goes when its owner has shown to read it.
    """

    recipient_hash = models.BinaryField(unique=True)
    returned_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"mail returned {self.returned_at}"
