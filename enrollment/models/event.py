"""Dated events in the life of a record (学籍异动)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models.record import StudentRecord
from enrollment.statuses import Status


class EventKind(models.TextChoices):
    """学籍异动; the values are the registry's own terms."""

    SUSPENSION = "休学", _("Leave of absence")
    RESUMPTION = "复学", _("Return from leave")
    RETENTION = "保留学籍", _("Student status kept")
    MAJOR_CHANGE = "转专业", _("Change of major")
    TRANSFER_IN = "转入", _("Transfer in")
    TRANSFER_OUT = "转出", _("Transfer out")
    REPEAT = "留级", _("Repeated year")
    DOWNGRADE = "降级", _("Moved down a year")
    SKIP = "跳级", _("Skipped a year")
    WITHDRAWAL = "退学", _("Withdrawal")
    GRADUATION = "毕业", _("Graduation")
    COMPLETION = "结业", _("Completion without graduation")
    PARTIAL_STUDY = "肄业", _("Leaving with partial study")
    OTHER = "其他异动", _("Other event")


class RecordEvent(models.Model):
    """One event of a record; ``status_after`` is empty when the status did not change."""

    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    happened_on = models.DateField()
    status_after = models.CharField(max_length=10, choices=Status.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=EventKind.values), name="event_kind_is_known"
            )
        ]
        indexes = [models.Index(fields=["record", "-happened_on"], name="event_newest")]

    def __str__(self) -> str:
        return f"{self.kind} of record {self.record_id}"
