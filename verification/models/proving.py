"""Verification attempts, and the claims that result from them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key
from verification.facts import Facts


class AttemptState(models.TextChoices):
    """The states of an attempt."""

    DRAFT = "draft", _("Not yet submitted")
    THIRD_ITEM = "third_item", _("Waiting for the third item")
    UNMATCHED = "unmatched", _("No match")
    VERIFIED = "verified", _("Verified")


OPEN_STATES = (AttemptState.DRAFT, AttemptState.THIRD_ITEM)


class Outcome(models.TextChoices):
    """What the comparison found; for staff only, the person sees one page for every failure."""

    MATCHED = "matched"
    UNKNOWN_NUMBER = "unknown_number"
    WRONG_NAME = "wrong_name"
    WRONG_THIRD_ITEM = "wrong_third_item"
    ALREADY_CLAIMED = "already_claimed"
    FROZEN = "frozen"


class VerificationAttempt(models.Model):
    """One submission of name, certificate and third item.

    ``facts_sealed`` holds them sealed (``verification.facts``) and is emptied once the account is
    verified. The hashes count attempts and find the attempt when a later import brings the
    record.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="verification_attempts"
    )
    state = models.CharField(max_length=12, choices=AttemptState.choices, default="draft")
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    facts_sealed = models.BinaryField()
    certificate_hash = models.BinaryField()
    name_hash = models.BinaryField()
    prefix_hash = models.BinaryField()
    address_hash = models.BinaryField(default=bytes)
    started_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=OPEN_STATES),
                name="one_open_attempt_per_account",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AttemptState.values), name="attempt_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(submitted_at__isnull=False),
                name="decided_attempt_was_submitted",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-submitted_at"], name="attempt_account"),
            models.Index(fields=["name_hash", "submitted_at"], name="attempt_name"),
            models.Index(fields=["prefix_hash", "submitted_at"], name="attempt_prefix"),
            models.Index(fields=["address_hash", "submitted_at"], name="attempt_address"),
            models.Index(
                fields=["certificate_hash"],
                condition=models.Q(state="unmatched"),
                name="attempt_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.key}"

    @property
    def facts(self) -> Facts:
        """What the person stated. Raises vault.cipher.UnsealError."""
        return Facts.unseal(self.facts_sealed, self.key)


class ClaimMethod(models.TextChoices):
    """The kind of proof on which a claim rests."""

    NUMBER = "number", _("By name and certificate alone")
    SELF = "self", _("By name, certificate and third item")
    PHONE = "phone", _("By name, certificate and the phone the school knows")
    ASSISTED = "assisted", _("Face to face with the school")
    DECIDED = "decided", _("By the school's decision in a dispute")


class Claim(models.Model):
    """Proof, given to one institution, that an account belongs to the owner of a certificate.

    It counts for that institution only: a person who can enter rows into one registry must not be
    able to open records of another. An ended claim (``ended_at``) is kept as history. Two unique
    indexes settle every race: one account per certificate, one certificate per account.
    ``item_hash`` is the keyed hash of the stated third item; it opens a later record that asks
    for the same one. ``series`` distinguishes certificates of equal digits
    (``enrollment.identity.certificates.number_series``).
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="claims"
    )
    certificate_hash = models.BinaryField()
    series = models.CharField(max_length=12, blank=True, db_default="")
    institution_code = models.CharField(max_length=5, blank=True, db_default="")
    method = models.CharField(max_length=10, choices=ClaimMethod.choices)
    item_hash = models.BinaryField(default=bytes)
    assisted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    claimed_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_hash", "series", "institution_code"],
                condition=models.Q(ended_at__isnull=True),
                name="one_account_per_certificate",
            ),
            models.UniqueConstraint(
                fields=["account", "institution_code"],
                condition=models.Q(ended_at__isnull=True),
                name="one_certificate_per_account",
            ),
            models.CheckConstraint(
                condition=models.Q(method__in=ClaimMethod.values), name="claim_method_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk} of account {self.account_id}"


class ClaimAlert(models.Model):
    """A text message about a claim to a phone in the registry; its reader may object.

    ``taken_back`` is the registrar's decision: True ended the claim, None is undecided.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    record = models.ForeignKey(
        "enrollment.StudentRecord", on_delete=models.CASCADE, related_name="+"
    )
    institution_code = models.CharField(max_length=5)
    made_at = models.DateTimeField(db_default=Now())
    objected_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    taken_back = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["institution_code", "objected_at"],
                condition=models.Q(objected_at__isnull=False),
                name="claim_objections",
            )
        ]

    def __str__(self) -> str:
        return f"claim alert {self.key}"
