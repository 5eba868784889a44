"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """Proving who one is; listens for publications, which may bring awaited records."""

    name = "verification"
    verbose_name = "身份验证"

    def ready(self) -> None:
        """Connect the receivers, which need the models; put the step in its place."""
        import_module("verification.receivers")
        import_module("verification.notices")
        import_module("verification.rotation")
        import_module("verification.claims.lookup_rotation")
        import_module("verification.freeze_causes")
        from accounts.onboarding import Step, register_step
        from verification.queries import has_nothing_to_prove

        register_step(Step(20, "verification:go_on", _("Basic information"), has_nothing_to_prove))
