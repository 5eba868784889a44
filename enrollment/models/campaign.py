"""Campaigns: which fields are checked in which period."""

from django.db import models

from database.random_keys import random_key
from enrollment.models.institution import Institution


class Campaign(models.Model):
    """A round of checking records (学籍核对) at one institution.

    It covers the records that entered in ``entry_year`` (all when empty).
    ``confirm_fields`` and ``ignore_fields`` are names of record fields: the first must be
    confirmed, the second need no checking in this campaign.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=60)
    entry_year = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    confirm_fields = models.JSONField(default=list)
    ignore_fields = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on")),
                name="campaign_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name
