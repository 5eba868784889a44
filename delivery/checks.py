"""System checks: production sends for real, or does not start."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

PRETENDING = {"console", "file"}
NEEDED = {
    "aliyun": ("ALIYUN_ACCESS_KEY_ID", "ALIYUN_ACCESS_KEY_SECRET", "ALIYUN_SMS_SIGN_NAME"),
    "tencent": (
        "TENCENT_SECRET_ID",
        "TENCENT_SECRET_KEY",
        "TENCENT_SMS_APP_ID",
        "TENCENT_SMS_SIGN_NAME",
    ),
}


@register(Tags.security)
def check_transports(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Console and file transports are for development only."""
    if not settings.PRODUCTION:
        return []
    errors: list[CheckMessage] = []
    if not settings.SMS_PROVIDERS or PRETENDING & set(settings.SMS_PROVIDERS):
        errors.append(
            Error(
                "SMS_PROVIDERS must name real providers in production.",
                hint="For example SMS_PROVIDERS=aliyun,tencent",
                id="delivery.E001",
            )
        )
    if settings.EMAIL_TRANSPORT in PRETENDING:
        errors.append(
            Error(
                "EMAIL_TRANSPORT must send for real in production.",
                hint="Use smtp (with EMAIL_URL) or the path of a Django e-mail back end.",
                id="delivery.E002",
            )
        )
    errors += [
        Error(f"The SMS provider {provider} needs {name}.", id="delivery.E003")
        for provider in settings.SMS_PROVIDERS
        for name in NEEDED.get(provider, ())
        if not getattr(settings, name)
    ]
    return errors
