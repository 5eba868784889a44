"""Reminders to check a record: who was reminded when, so that no one is reminded too often."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from database.random_keys import random_key
from enrollment.models import SchoolClass, StudentRecord


class Reminder(models.Model):
    """One reminder sent by a member of staff, with the numbers reached by channel."""

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.CASCADE, related_name="reminders"
    )
    part = models.CharField(max_length=12, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    in_portal = models.PositiveIntegerField(default=0)
    by_email = models.PositiveIntegerField(default=0)
    by_sms = models.PositiveIntegerField(default=0)
    out_of_reach = models.PositiveIntegerField(default=0)
    reminded_today = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"reminder {self.key}"


class Reminded(models.Model):
    """The holder of a record, or the phone in the registry, was reminded on this day."""

    record = models.ForeignKey(
        StudentRecord, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="reached")
    out_of_reach = models.BooleanField(default=False)
    # Key of the text message, else the e-mail, that reminded (delivery.OutboxMessage).
    message = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "day"], name="one_reminder_per_day")
        ]

    def __str__(self) -> str:
        return f"record {self.record_id} on {self.day}"
