"""App configuration."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """See the package docstring."""

    name = "delivery"
    verbose_name = "发送"

    def ready(self) -> None:
        """Register the system checks and what rotating keys re-encrypts."""
        from delivery import checks, lookup_rotation, rotation  # noqa: F401 - register themselves
