"""App configuration."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """See the package docstring."""

    name = "delivery"
    verbose_name = "发送"
