"""Records missing from a file, and what the registrar decided about them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key
from enrollment.models.batch import ImportBatch
from enrollment.models.event import RecordEvent
from enrollment.models.record import StudentRecord
from enrollment.statuses import ON_THE_BOOKS, Status


class AbsenceKind(models.TextChoices):
    """Why records that are on the books are missing from a file."""

    LEFT = "left", _("They have left")
    OTHER_FILE = "other_file", _("They come in another file")
    MISTAKE = "mistake", _("The file is wrong")


OFF_THE_BOOKS = tuple(status for status in Status if status not in ON_THE_BOOKS)


class AbsenceDecision(models.Model):
    """A registrar's decision about a group of missing records.

    Only ``LEFT`` changes the registry: to ``status``, from ``happened_on`` on. A decision
    is applied with the publication of the file, or once the second person agrees where the
    institution asks for two.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=10, choices=AbsenceKind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, blank=True)
    happened_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    # The number of records decided about; those changed since are not touched.
    count = models.PositiveIntegerField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="left", status__in=OFF_THE_BOOKS, happened_on__isnull=False)
                | models.Q(kind__in=["other_file", "mistake"], status="", happened_on__isnull=True),
                name="only_leaving_changes_a_record",
            )
        ]

    def __str__(self) -> str:
        return f"decision {self.key}"


class AbsentRecord(models.Model):
    """A record that is missing from the file of a batch.

    ``version`` is the record's version when it was found missing (or as the decision left
    it); a newer version means that a later change has superseded the finding.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="absent")
    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    decision = models.ForeignKey(
        AbsenceDecision, on_delete=models.SET_NULL, null=True, blank=True, related_name="records"
    )
    status_before = models.CharField(max_length=10, choices=Status.choices, blank=True)
    event = models.ForeignKey(
        RecordEvent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "record"], name="absent_once_in_a_batch")
        ]

    def __str__(self) -> str:
        return f"record {self.record_id} absent from batch {self.batch_id}"
