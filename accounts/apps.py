"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package docstring."""

    name = "accounts"
    verbose_name = "账户"

    def ready(self) -> None:
        """Tell the outbox how a code is rendered; write the owners' logs."""
        from accounts import (
            codes,
            contact_checks,
            known_devices,
            languages,
            my_data,
            security_log,
            steps,
        )
        from accounts.journeys import rescue
        from accounts.notices import register_notice
        from accounts.privacy.consent.services import consents_section
        from accounts.sessions import services as sessions
        from accounts.sign_in import admission, factor_seals
        from delivery.registry import register_failure_listener, register_renderer

        import_module("accounts.rotation")
        import_module("accounts.privacy.lookup_rotation")
        register_renderer(codes.KIND, codes.render)
        register_failure_listener(codes.KIND, codes.give_back)
        register_notice(rescue.OBJECTED, rescue.OBJECTED_WORDS)
        security_log.listen()
        sessions.listen()
        known_devices.listen()
        admission.listen()
        factor_seals.listen()
        contact_checks.listen()
        languages.listen()
        steps.register_step(steps.CONSENT)
        steps.register_step(steps.CONTACTS)
        my_data.register_section("account", my_data.account_section)
        my_data.register_section("consents", consents_section)
        my_data.register_section("security_log", my_data.log_section)
