"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """See the package docstring."""

    name = "audit"
    verbose_name = _("Audit trail")
