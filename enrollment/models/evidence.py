"""Files submitted as evidence."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key


class EvidencePurpose(models.TextChoices):
    """The purpose of the files; the app of the subject decides who may read them."""

    REPORT = "report", _("Problem report")
    DISPUTE = "dispute", _("Identity dispute")


class EvidenceFile(models.Model):
    """One image or PDF, sealed in storage (``vault.streams``, context ``evidence:<key>``).

    ``subject`` is the key of the report or dispute.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    purpose = models.CharField(max_length=8, choices=EvidencePurpose.choices)
    subject = models.UUIDField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=100)
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=EvidencePurpose.values),
                name="evidence_purpose_is_known",
            )
        ]
        indexes = [models.Index(fields=["purpose", "subject"], name="evidence_subject")]

    def __str__(self) -> str:
        return f"evidence {self.key}"

    @property
    def is_picture(self) -> bool:
        """Whether the file can be shown as an image in a page."""
        return self.media_type == "image/jpeg"
