"""Consents to privacy notices."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """The topic of a privacy notice; consent is given to each separately."""

    ACCOUNT = "account", _("Account")
    IDENTITY = "identity", _("Certificate number (sensitive personal information)")


class Consent(models.Model):
    """Consent to one version of a notice; kept when a new version follows.

    The latest version is also stored on the account, so that pages need not query this table.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    version = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "purpose", "version"],
                condition=models.Q(withdrawn_at=None),
                name="one_consent_per_version",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="consent_purpose_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.purpose} v{self.version}"
