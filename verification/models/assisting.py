"""Codes that identify a student's account to staff face to face."""

from django.conf import settings
from django.db import models


class AssistCode(models.Model):
    """A short-lived code of an account, stored as a keyed hash; a new one replaces it."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    code_hash = models.BinaryField(unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"assist code of account {self.account_id}"
