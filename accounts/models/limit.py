"""Uses of limited acts, and blocked contacts."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from database.clock import moment_of
from database.random_keys import random_key


class LimitHit(models.Model):
    """One use of a limited act. ``subject`` is a keyed hash, never an address or number."""

    action = models.CharField(max_length=20)
    subject = models.BinaryField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["action", "subject", "-at"], name="limit_hit")]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class Block(models.Model):
    """Bars one asker from sending to a contact until ``until`` (黑名单, guide row 43).

    It never bars the contact's owner: ``asker_hash`` identifies an account or a browser.
    ``account`` is the one whose request caused the block, so that its school's staff can find and
    lift it.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    subject = models.BinaryField()
    asker_hash = models.BinaryField(default=bytes)
    masked = models.CharField(max_length=80)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="blocks"
    )
    made_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["subject", "-until"], name="block_subject")]

    def __str__(self) -> str:
        return f"block {self.pk} until {self.until:%F %T}"

    @property
    def holds(self) -> bool:
        """Whether the block is in force."""
        return self.lifted_at is None and self.until > moment_of(self)
