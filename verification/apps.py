"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """Identity verification: attempts, claims and disputes."""

    name = "verification"
    verbose_name = _("Identity verification")

    def ready(self) -> None:
        """Load receivers, notices and rotation entries, and register with accounts."""
        import_module("verification.receivers")
        import_module("verification.notices")
        import_module("verification.rotation")
        import_module("verification.claims.lookup_rotation")
        import_module("verification.freeze_causes")
        import_module("verification.stated_facts")
        import_module("verification.record_summary")
        from accounts.onboarding import Step, register_step
        from accounts.recovery.staff_assisted import register_basis
        from verification.assisted.recovery import holds_record
        from verification.claims.resume import next_page
        from verification.queries import has_nothing_to_prove

        title = _("Basic information")
        register_step(Step(20, "verification:go_on", title, has_nothing_to_prove, next_page))
        register_basis(holds_record)
