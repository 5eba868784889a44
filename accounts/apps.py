"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """App configuration of accounts."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Register renderers, notices, listeners, onboarding steps and data sections."""
        from accounts import onboarding, security_log
        from accounts.codes import services as codes
        from accounts.consent import onboarding_step as consent_onboarding_step
        from accounts.contacts import onboarding_step, yearly_check
        from accounts.languages import services as languages
        from accounts.limits import known_devices
        from accounts.notices.services import register_notice
        from accounts.privacy import data_export
        from accounts.privacy.consent_export import consents_section
        from accounts.recovery import recovery_codes, staff_assisted
        from accounts.sessions import last_account, recent_proof
        from accounts.sessions import services as sessions
        from accounts.sign_in import admission, factor_seals
        from delivery.outbox.renderers import register_failure_listener, register_renderer

        import_module("accounts.rotation")
        import_module("accounts.privacy.lookup_rotation")
        register_renderer(codes.KIND, codes.render)
        register_failure_listener(codes.KIND, codes.refund_unsent)
        register_notice(staff_assisted.OBJECTED, staff_assisted.OBJECTED_TEXT)
        register_notice(recovery_codes.VOID, recovery_codes.VOID_TEXT)
        security_log.listen()
        sessions.listen()
        recent_proof.listen()
        known_devices.listen()
        last_account.listen()
        admission.listen()
        factor_seals.listen()
        yearly_check.listen()
        languages.listen()
        onboarding.register_step(consent_onboarding_step.CONSENT)
        onboarding.register_step(onboarding_step.CONTACTS)
        data_export.register_section("account", data_export.account_section)
        data_export.register_section("consents", consents_section)
        data_export.register_section("security_log", data_export.log_section)
