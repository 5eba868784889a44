"""A correction of one field of one record; locked fields go through the province."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key
from enrollment.models.record import StudentRecord


class CorrectionState(models.TextChoices):
    """The state of a correction."""

    SUBMITTED = "submitted", _("Submitted to the province")
    APPLIED = "applied", _("Applied")
    REFUSED = "refused", _("Refused by the province")


class Correction(models.Model):
    """A registrar's correction of ``field``; a locked field waits for the province.

    ``new_sealed`` holds the canonical new value (context ``correction:<key>``) until it is
    settled; ``document`` names the document that allows the change. ``report`` is the key
    of the problem report it came from.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=30)
    new_sealed = models.BinaryField(default=bytes)
    state = models.CharField(max_length=9, choices=CorrectionState.choices)
    document = models.CharField(max_length=100, blank=True)
    report = models.UUIDField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    submitted_on = models.DateField(null=True, blank=True)
    result_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=CorrectionState.values),
                name="correction_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="submitted") | models.Q(submitted_on__isnull=False),
                name="submission_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["record", "field"],
                condition=models.Q(state="submitted"),
                name="one_submission_per_field",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.key}"
