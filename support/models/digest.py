"""The email that lists what waits for a member of staff."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    """How often a digest is sent."""

    NEVER = "never", _("Never")
    DAILY = "daily", _("Every working day")
    WEEKLY = "weekly", _("Every Monday")


class Digest(models.Model):
    """How often an account gets the digest, and the day for which it was last sent."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    rhythm = models.CharField(max_length=6, choices=Rhythm.choices, default=Rhythm.NEVER)
    sent_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rhythm__in=Rhythm.values), name="digest_rhythm_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.rhythm}"
