"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package docstring."""

    name = "accounts"
    verbose_name = "账户"

    def ready(self) -> None:
        """Tell the outbox how a code is rendered; write the owners' logs."""
        from accounts import codes, security_log
        from delivery.registry import register_renderer

        register_renderer(codes.KIND, codes.render)
        security_log.listen()
