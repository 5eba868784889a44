"""Changes of roles and rules that another person must look at, because the account was taken."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from database.random_keys import random_key
from enrollment.models.institution import Institution


class StaffReview(models.Model):
    """What ``account`` did to roles and rules from ``since`` until its owner took it back.

    The acts are in the trail. ``institution`` is None for an operator's acts.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, null=True, related_name="+"
    )
    since = models.DateTimeField()
    opened_at = models.DateTimeField(db_default=Now())
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"staff review {self.key}"
