"""App configuration."""

from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """See the package docstring."""

    name = "verification"
    verbose_name = "身份验证"
