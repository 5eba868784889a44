"""A change that loosens an institution's rules and waits for a second registrar."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from database.random_keys import random_key
from enrollment.models.institution import Institution, ThirdItem


class RuleChange(models.Model):
    """The rules one registrar proposes; ``accepted`` is None while the proposal waits."""

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="rule_changes"
    )
    third_item = models.CharField(max_length=20, choices=ThirdItem.choices)
    second_approver = models.BooleanField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(db_default=Now())
    accepted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=models.Q(accepted__isnull=True),
                name="one_waiting_rule_change",
            )
        ]

    def __str__(self) -> str:
        return f"rule change {self.key}"
