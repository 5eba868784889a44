"""Staff-assisted recovery of an account whose contacts are all lost (guide row 11)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from database.random_keys import random_key
from delivery.models import Channel


class Rescue(models.Model):
    """A new contact that is to become the only one of an account.

    It refers to no account until a member of staff has seen the person and entered the code. Then
    the old contacts can object until ``due_at``.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    channel = models.CharField(max_length=5, choices=Channel)
    contact_sealed = models.BinaryField()
    code_hash = models.BinaryField(null=True, unique=True)
    code_expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="rescues"
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    desk = models.CharField(
        max_length=200
    )  # page where staff opened it, for the link in their notice
    due_at = models.DateTimeField(null=True)
    objected_at = models.DateTimeField(null=True)
    # Another account had taken the contact, or the account is no longer the person's.
    failed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(objected_at=None, failed_at=None, done_at=None),
                name="one_rescue_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(account=None, due_at=None) | Q(account__isnull=False, code_hash=None),
                name="opened_rescue_has_no_code",
            ),
        ]

    def __str__(self) -> str:
        return f"rescue {self.key}"
