"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """See the package docstring."""

    name = "delivery"
    verbose_name = _("Messages")

    def ready(self) -> None:
        """Register the system checks and what rotating keys re-encrypts."""
        from delivery import checks, lookup_rotation, rotation  # noqa: F401 - register themselves
