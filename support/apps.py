"""App configuration."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """See the package docstring."""

    name = "support"
    verbose_name = "帮助与问题"
