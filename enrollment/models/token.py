"""Tokens with which a school's own system uploads files."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.clock import moment_of
from database.random_keys import random_key
from enrollment.models.institution import Institution


class TokenRight(models.TextChoices):
    """What a token may do."""

    CHECK = "check", _("Check only")
    PUBLISH = "publish", _("Check, and publish files without problems")


class ImportToken(models.Model):
    """A token of one institution; its secret is shown once and stored as a keyed hash.

    It acts for the registrar who made it, and is void once that person is no registrar
    there.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    secret_hash = models.BinaryField(unique=True)
    right = models.CharField(max_length=10, choices=TokenRight.choices)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(right__in=TokenRight.values), name="token_right_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"token {self.key}"

    @property
    def is_open(self) -> bool:
        """Whether the token is neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > moment_of(self)
