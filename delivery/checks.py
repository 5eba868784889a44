"""System checks: production must be configured to send real messages, or it does not start."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from delivery.sms.kinds import PARAMETERS, PLACEHOLDERS
from delivery.sms.registry import BUILT_IN

DEVELOPMENT_TRANSPORTS = {"console", "file"}
REQUIRED_SETTINGS = {
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
    """Errors for development transports and missing provider settings in production."""
    if not settings.PRODUCTION:
        return []
    errors: list[CheckMessage] = []
    if not settings.SMS_PROVIDERS or DEVELOPMENT_TRANSPORTS & set(settings.SMS_PROVIDERS):
        errors.append(
            Error(
                "SMS_PROVIDERS must name real providers in production.",
                hint="For example SMS_PROVIDERS=aliyun,tencent",
                id="delivery.E001",
            )
        )
    if settings.EMAIL_TRANSPORT in DEVELOPMENT_TRANSPORTS:
        errors.append(
            Error(
                "EMAIL_TRANSPORT must send for real in production.",
                hint="Use smtp (with EMAIL_URL) or the path of a Django e-mail back end.",
                id="delivery.E002",
            )
        )
    errors += [
        Error(
            f"{setting} names {name!r}, which cannot be loaded.",
            hint=f"Use {offered}, or the path of a class.",
            id="delivery.E006",
        )
        for setting, name, path, offered in _named_classes()
        if not _can_be_loaded(path)
    ]
    errors += [
        Error(f"The SMS provider {provider} needs {name}.", id="delivery.E003")
        for provider in settings.SMS_PROVIDERS
        for name in REQUIRED_SETTINGS.get(provider, ())
        if not getattr(settings, name)
    ]
    return errors


@register(Tags.security, deploy=True)
def check_sms_templates(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Errors for kinds of text messages without a provider template or with other parameters."""
    faults: list[CheckMessage] = []
    if strange := [k for k, given in settings.SMS_TEMPLATES.items() if not isinstance(given, dict)]:
        message = f"SMS_TEMPLATES gives no object for {', '.join(strange)}."
        hint = 'It must read {"code": {"aliyun": "SMS_1"}, …}: manage.py sms_templates prints it.'
        return [Error(message, hint=hint, id="delivery.E007")]
    for provider in PLACEHOLDERS:
        if provider not in settings.SMS_PROVIDERS:
            continue
        missing = [k for k in PARAMETERS if not settings.SMS_TEMPLATES.get(k, {}).get(provider)]
        if missing:
            faults.append(
                Error(
                    f"SMS_TEMPLATES has no {provider} template for: {', '.join(missing)}.",
                    hint="manage.py sms_templates prints the texts to hand in and the setting.",
                    id="delivery.E004",
                )
            )
        for kind, names in PARAMETERS.items():
            given = settings.SMS_TEMPLATES.get(kind, {}).get("params", list(names))
            if set(given) != set(names):
                faults.append(
                    Error(
                        f"SMS_TEMPLATES names other params for {kind} than {', '.join(names)}.",
                        id="delivery.E005",
                    )
                )
    return faults


def _named_classes() -> Iterator[tuple[str, str, str, str]]:
    """Settings that name classes: the setting, its word, the path, what else there is."""
    for name in settings.SMS_PROVIDERS:
        yield "SMS_PROVIDERS", name, BUILT_IN.get(name, name), "aliyun or tencent"
    if settings.EMAIL_TRANSPORT not in {"smtp", *DEVELOPMENT_TRANSPORTS}:
        yield "EMAIL_TRANSPORT", settings.EMAIL_TRANSPORT, settings.EMAIL_TRANSPORT, "smtp"


def _can_be_loaded(path: str) -> bool:
    try:
        import_string(path)
    except ImportError:
        return False
    return True
