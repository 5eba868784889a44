"""Trust in the second factors of staff."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class StaffAdmission(models.Model):
    """An account with an unused or used code for setting up a second factor as staff.

    ``admitted_at`` is set once a factor was set up with the code, and cleared when the last
    factor is removed. ``code_hash`` is a keyed hash.
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_admission"
    )
    code_hash = models.BinaryField(null=True)
    code_expires_at = models.DateTimeField(null=True)
    admitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code_hash__isnull=True) | Q(admitted_at__isnull=True),
                name="admitted_account_has_no_code",
            )
        ]

    def __str__(self) -> str:
        return f"admission of account {self.account_id}"
