"""Two accounts say they are the same person."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vault import cipher
from verification.facts import Facts
from verification.models.proving import Outcome


class DisputeState(models.TextChoices):
    """Where a dispute stands."""

    OPEN = "open", _("Being looked into")
    WITHDRAWN = "withdrawn", _("Withdrawn by you")
    DECIDED = "decided", _("Decided")


class Decision(models.TextChoices):
    """What the school found."""

    CLAIMANT = "claimant", _("The person who opened the dispute is right")
    HOLDER = "holder", _("The present holder is right")
    NEITHER = "neither", _("Neither has shown to be this person")


class Dispute(models.Model):
    """Somebody (``claimant``) says that the certificate they stated is their own.

    Until the background has looked (``looked_at``) nothing is known of it, and
    the claimant never learns what was found: ``outcome`` and ``holder`` are for
    the registrar. Only where everything fits and another account holds the
    records does it freeze them, and only then is the holder told. What people
    wrote is sealed, and emptied when its time has come.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
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
    def objection_subject(self) -> uuid.UUID:
        """Under which the holder's files are kept; the claimant's are under ``key``."""
        return uuid.uuid5(self.key, "objection")

    @property
    def is_ripe(self) -> bool:
        """Whether it may be decided: the holder has objected, or had the time to."""
        over = self.object_until is None or self.object_until <= timezone.now()
        return over or self.objected_at is not None

    @property
    def facts(self) -> Facts:
        """What the claimant stated. Raises vault.cipher.UnsealError."""
        return Facts.unseal(self.facts_sealed, self.key)

    @property
    def statement(self) -> str:
        """What the claimant wrote."""
        return self._words(self.statement_sealed, "statement")

    @property
    def objection(self) -> str:
        """What the holder wrote against it."""
        return self._words(self.objection_sealed, "objection")

    @property
    def reason(self) -> str:
        """Why the school decided so."""
        return self._words(self.reason_sealed, "reason")

    def sealed(self, words: str, part: str) -> bytes:
        """``words`` as they are kept: ``statement``, ``objection`` or ``reason``."""
        return cipher.seal(words.encode(), context=f"dispute-{part}:{self.key}") if words else b""

    def _words(self, sealed: bytes | memoryview, part: str) -> str:
        if not sealed:
            return ""
        return cipher.unseal(sealed, context=f"dispute-{part}:{self.key}").decode()


class Vouch(models.Model):
    """Somebody who knows the claimant is asked whether it is them: a counselor or classmate."""

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
