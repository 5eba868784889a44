"""Counts of personal data read by staff."""

from django.conf import settings
from django.db import models


class PersonalDataCount(models.Model):
    """The number of people whose data an account has read or exported on one local day.

    ``hours`` has it by the hour ("00" to "23"), for the last 24 hours; None before version 0.3.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField()
    people = models.PositiveBigIntegerField()
    hours = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day"], name="one_personal_data_count_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} on {self.day}: {self.people}"
