"""Disputes between two accounts that both claim to be one person."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from database.clock import moment_of
from database.random_keys import random_key
from vault import cipher
from verification.facts import Facts
from verification.models.proving import Outcome


class DisputeState(models.TextChoices):
    """The states of a dispute."""

    OPEN = "open", _("Being looked into")
    WITHDRAWN = "withdrawn", _("Withdrawn by you")
    DECIDED = "decided", _("Decided")


class Decision(models.TextChoices):
    """The school's decision."""

    CLAIMANT = "claimant", _("The person who opened the dispute is right")
    HOLDER = "holder", _("The present holder is right")
    NEITHER = "neither", _("Neither has proved to be this person")


class Dispute(models.Model):
    """The statement of ``claimant`` that the certificate they entered is their own.

    Until the background task has compared it (``looked_at``), outcome and holder are unknown. The
    claimant never learns them: ``outcome`` and ``holder`` are for the registrar. Only if
    everything fits and another account holds the records are these frozen and the holder
    notified. Statements are sealed, and deleted by retention.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="disputes"
    )
    certificate_hash = models.BinaryField()
    facts_sealed = models.BinaryField()
    statement_sealed = models.BinaryField(default=bytes)
    classmates = models.JSONField(default=list, blank=True)  # student numbers
    stated_school = models.CharField(max_length=5, blank=True)  # the code of the claimant's school
    state = models.CharField(max_length=9, choices=DisputeState.choices, default=DisputeState.OPEN)
    opened_at = models.DateTimeField(db_default=Now())

    looked_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    institution_code = models.CharField(max_length=5, blank=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="disputed_holdings",
    )
    holder_claimed_at = models.DateTimeField(null=True, blank=True)
    object_until = models.DateTimeField(null=True, blank=True)
    objection_sealed = models.BinaryField(default=bytes)
    objected_at = models.DateTimeField(null=True, blank=True)

    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason_sealed = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claimant"],
                condition=models.Q(state="open"),
                name="one_open_dispute_per_account",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DisputeState.values), name="dispute_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="decided")
                | (models.Q(decision__in=Decision.values) & models.Q(decided_at__isnull=False)),
                name="decided_dispute_has_a_decision",
            ),
        ]
        indexes = [
            models.Index(
                fields=["institution_code", "opened_at"],
                condition=models.Q(state="open"),
                name="dispute_queue",
            ),
            models.Index(fields=["certificate_hash"], name="dispute_certificate"),
        ]

    def __str__(self) -> str:
        return f"dispute {self.key}"

    @property
    def number(self) -> str:
        """What people call it: D, the day it was opened and a running number."""
        return f"D{localtime(self.opened_at):%y%m%d}-{self.pk}"

    @property
    def objection_subject(self) -> uuid.UUID:
        """The key of the holder's files; the claimant's are stored under ``key``."""
        return uuid.uuid5(self.key, "objection")

    @property
    def can_be_decided(self) -> bool:
        """Whether it can be decided: the holder has objected, or the time for that is over."""
        return self.can_be_decided_at(moment_of(self))

    def can_be_decided_at(self, moment: datetime) -> bool:
        """The same for ``moment``; a decision asks for the database's time."""
        over = self.object_until is None or self.object_until <= moment
        return over or self.objected_at is not None

    @property
    def facts(self) -> Facts:
        """The claimant's stated facts. Raises vault.cipher.UnsealError."""
        return Facts.unseal(self.facts_sealed, self.key)

    @property
    def statement(self) -> str:
        """The claimant's statement."""
        return self._words(self.statement_sealed, "statement")

    @property
    def objection(self) -> str:
        """The holder's objection."""
        return self._words(self.objection_sealed, "objection")

    @property
    def reason(self) -> str:
        """The school's reason for its decision."""
        return self._words(self.reason_sealed, "reason")

    def sealed(self, words: str, part: str) -> bytes:
        """``words`` sealed as ``part``: ``statement``, ``objection`` or ``reason``."""
        return cipher.seal(words.encode(), context=f"dispute-{part}:{self.key}") if words else b""

    def _words(self, sealed: bytes | memoryview, part: str) -> str:
        if not sealed:
            return ""
        return cipher.unseal(sealed, context=f"dispute-{part}:{self.key}").decode()


class Vouch(models.Model):
    """A request to a counselor or classmate to say whether they know the claimant."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="vouches")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    answer = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "account"], name="one_vouch_per_account")
        ]

    def __str__(self) -> str:
        return f"vouch {self.pk}"
