"""The outbox: messages to be sent, written in the transaction of the change that causes them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from database.random_keys import random_key


class Channel(models.TextChoices):
    """The medium of a message."""

    EMAIL = "email", pgettext_lazy("message", "Email")
    SMS = "sms", _("Text message")


class Status(models.TextChoices):
    """The delivery status of a message.

    ``UNKNOWN``: handed over without confirmation that it was accepted. It is
    reconciled with the provider, and sent again only if the provider never had it.
    """

    QUEUED = "queued", pgettext_lazy("message", "Waiting to be sent")
    SENDING = "sending", pgettext_lazy("message", "Being sent")
    SENT = "sent", pgettext_lazy("message", "Sent")
    DELIVERED = "delivered", pgettext_lazy("message", "Delivered")
    FAILED = "failed", pgettext_lazy("message", "Could not be sent")
    UNKNOWN = "unknown", pgettext_lazy("message", "Sent, not yet confirmed")


class OutboxMessage(models.Model):
    """One message to one recipient.

    The content is sealed, and deleted once it has been sent. A message whose ``kind``
    has a renderer stores no text: it is rendered from the row that ``reference``
    identifies when it is sent.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    channel = models.CharField(max_length=5, choices=Channel)
    purpose = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10)
    masked_recipient = models.CharField(max_length=80)
    # E-mail only: the domain for rate limits, and the hash under which bounces are recorded.
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
        """When the current status began, for the page that shows it."""
        return self.settled_at or self.sent_at or self.claimed_at or self.created_at


class ClaimedTexts(models.Model):
    """How many text messages one claim took out of the queue, for ``SMS_PER_MINUTE``.

    The messages cannot tell: a message that is tried again is claimed several times.
    """

    at = models.DateTimeField(db_default=Now())
    number = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="claimed_texts_at")]

    def __str__(self) -> str:
        return f"{self.number} texts claimed at {self.at}"


class MailDomain(models.Model):
    """Rate and pause of e-mail to one domain; the name ``*`` is our own mail server."""

    name = models.CharField(max_length=255, unique=True)
    window_started_at = models.DateTimeField(db_default=Now())
    in_window = models.PositiveIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ReturnedMail(models.Model):
    """The latest e-mail to one address that bounced or was refused because of the address.

    Only a hash of the address is stored. The row is deleted once the owner has shown to
    read mail there.
    """

    recipient_hash = models.BinaryField(unique=True)
    returned_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"mail returned {self.returned_at}"
