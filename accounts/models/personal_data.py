"""How much of other people's data a member of staff has taken."""

from django.conf import settings
from django.db import models


class PersonalDataCount(models.Model):
    """The people whose data an account has read or taken on one day of the portal's time zone."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField()
    people = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day"], name="one_personal_data_count_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} on {self.day}: {self.people}"
