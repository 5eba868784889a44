"""The append-only trail and the hash chain over it.

A database trigger refuses every UPDATE, DELETE and TRUNCATE on these tables.
A link of the chain is a separate row, so that writing an entry never waits for another
transaction: ``audit.tasks.extend_chain`` links committed entries every few seconds,
and ``verify_audit`` verifies the chain.
"""

from django.db import models

# Tables in which the portal's own database role may only read and insert.
APPEND_ONLY = ["audit_auditentry", "audit_auditseal", "audit_auditanchor", "audit_auditcheck"]


class AuditEntry(models.Model):
    """One reading or change of data by one actor.

    ``detail`` never holds personal data: keys, counts and names of fields only.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_key = models.CharField(max_length=64, blank=True)
    institution_code = models.CharField(max_length=5, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_key", "-id"], name="audit_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["institution_code", "-id"], name="audit_institution"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"


class AuditSeal(models.Model):
    """The link of the hash chain that covers one entry.

    ``digest`` is HMAC-SHA256 over the previous link's digest and the entry.
    """

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    digest = models.BinaryField()

    def __str__(self) -> str:
        return f"seal {self.pk}"


class AuditAnchor(models.Model):
    """The head of the chain at one moment: see ``audit.anchors``."""

    at = models.DateTimeField(auto_now_add=True)
    entries = models.PositiveBigIntegerField()
    last_entry = models.BigIntegerField()
    digest = models.BinaryField()

    def __str__(self) -> str:
        return f"anchor {self.pk}"


class AuditCheck(models.Model):
    """One full verification of the chain; ``broken`` is the first altered entry, if any."""

    at = models.DateTimeField(auto_now_add=True)
    entries = models.PositiveBigIntegerField()
    broken = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"check {self.pk}"
