"""The SMS providers available, and those configured, in order."""

from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from delivery.sms.base import SmsProvider

BUILT_IN = {
    "aliyun": "delivery.sms.aliyun.AliyunProvider",
    "tencent": "delivery.sms.tencent.TencentProvider",
    "console": "delivery.sms.console.ConsoleProvider",
    "file": "delivery.sms.file.FileProvider",
}


@cache
def providers() -> tuple[SmsProvider, ...]:
    """The providers of ``settings.SMS_PROVIDERS``: the first one, then its fall-backs.

    A name is one of ``BUILT_IN`` or the dotted path of a class. Instances are created
    once per process, so that their connections stay open.
    """
    return tuple(import_string(BUILT_IN.get(name, name))() for name in settings.SMS_PROVIDERS)


def provider(name: str) -> SmsProvider | None:
    """The configured provider of that name."""
    return next((one for one in providers() if one.name == name), None)


def _forget(*, setting: str, **_: Any) -> None:
    if setting.startswith(("SMS_", "ALIYUN_", "TENCENT_")):
        providers.cache_clear()


setting_changed.connect(_forget, dispatch_uid="delivery-sms-providers")
