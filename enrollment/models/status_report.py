"""学籍验证报告: reports by which students prove their status, and the keys that sign them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.short_codes import grouped
from database.clock import moment_of
from database.random_keys import random_key
from enrollment.models.confirmation import CODE_LENGTH, new_code
from enrollment.models.institution import Institution
from enrollment.models.record import StudentRecord


class SigningKey(models.Model):
    """A key with which an institution signs reports; retired keys still verify.

    ``private_sealed`` is PKCS 8 in DER, sealed for ``signing-key:<key>``; ``certificate``
    is X.509 in DER; ``chain`` holds the certificates above it, in PEM.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="signing_keys"
    )
    private_sealed = models.BinaryField()
    certificate = models.BinaryField()
    chain = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=models.Q(retired_at__isnull=True),
                name="one_signing_key_per_institution",
            )
        ]

    def __str__(self) -> str:
        return f"signing key {self.key}"


class ReportLanguage(models.TextChoices):
    """The language of a report."""

    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")
    BOTH = "both", _("Chinese and English")


MAX_ATTEMPTS = 3  # at printing one report


class StatusReport(models.Model):
    """One issued report; its file is printed in the background (``is_ready``).

    ``facts_sealed`` is what it states, as JSON sealed for ``status-report:<key>``; the
    signed PDF is stored as ``stored_as``, sealed for ``status-report-file:<key>``, and
    ``file_sha256`` identifies it when a reader uploads the file.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="reports")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code)
    purpose = models.CharField(max_length=60)
    language = models.CharField(max_length=4, choices=ReportLanguage.choices)
    version = models.PositiveIntegerField()
    facts_sealed = models.BinaryField()
    stored_as = models.CharField(max_length=100, blank=True)
    file_sha256 = models.BinaryField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Characters that no font can print; the report waits until one can.
    missing_glyphs = models.CharField(max_length=100, blank=True, db_default="")
    pin_hash = models.CharField(max_length=128, blank=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("issued_at")),
                name="report_valid_after_issue",
            ),
        ]
        indexes = [
            models.Index(fields=["record", "-id"], name="report_newest"),
            models.Index(fields=["file_sha256"], name="report_file"),
        ]

    def __str__(self) -> str:
        return f"status report {self.key}"

    @property
    def spaced_code(self) -> str:
        """The code in groups of four, for dictation."""
        return grouped(self.code)

    @property
    def is_ready(self) -> bool:
        """Whether the file is printed."""
        return bool(self.stored_as)

    @property
    def has_failed(self) -> bool:
        """Whether printing was given up."""
        return not self.stored_as and self.attempts >= MAX_ATTEMPTS

    @property
    def is_valid(self) -> bool:
        """Whether the report is neither revoked nor expired today."""
        return self.revoked_at is None and moment_of(self) < self.valid_until

    @property
    def is_contested(self) -> bool:
        """Whether its record is in dispute; then the report confirms nothing."""
        return self.is_valid and self.record.frozen_at is not None
