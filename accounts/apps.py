"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package docstring."""

    name = "accounts"
    verbose_name = "账户"

    def ready(self) -> None:
        """Tell the outbox how a code is rendered when it is sent."""
        from accounts import codes
        from delivery.registry import register_renderer

        register_renderer(codes.KIND, codes.render)
