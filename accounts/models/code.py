"""One-time codes, without the digits, which are derived on demand (``accounts.codes``)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from database.random_keys import random_key
from delivery.models import Channel


class CodePurpose(models.TextChoices):
    """The purpose of a code; it cannot be used for another one."""

    BIND_PHONE = "bind_phone"
    BIND_EMAIL = "bind_email"
    SIGN_IN = "sign_in"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, no password
    RESCUE = "rescue"


# Codes that give access to an account without a session.
ENTRANCE = (CodePurpose.SIGN_IN, CodePurpose.RESET_PASSWORD)


BINDING = (CodePurpose.BIND_PHONE, CodePurpose.BIND_EMAIL)


class Code(models.Model):
    """One code, sent to one address for one purpose of one account.

    ``is_decoy`` marks a request that must look like any other but can never succeed: the address
    belongs to another account or, if ``account`` is empty, to none. ``closed_at`` is set once the
    code is used, replaced or out of tries.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="codes"
    )
    purpose = models.CharField(max_length=16, choices=CodePurpose)
    channel = models.CharField(max_length=5, choices=Channel)
    address_hash = models.BinaryField()
    address_sealed = models.BinaryField()
    nonce = models.BinaryField()
    is_decoy = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "purpose"],
                condition=Q(closed_at__isnull=True) & ~Q(purpose__in=ENTRANCE),
                name="one_open_code_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False)
                | Q(is_decoy=True)
                | Q(purpose=CodePurpose.RESCUE),
                name="code_of_nobody_is_decoy",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(closed_at__isnull=False),
                name="used_code_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=CodePurpose.values), name="code_purpose_known"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="code_expiry")]

    def __str__(self) -> str:
        return f"code {self.key} {self.purpose}"
