"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """Proving who one is; listens for publications, which may bring awaited records."""

    name = "verification"
    verbose_name = "身份验证"

    def ready(self) -> None:
        """Connect the receivers, which need the models."""
        import_module("verification.receivers")
