"""The SMS providers available, and those configured, in order."""

import time
from collections.abc import Sequence
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

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


# So long after an unclear answer a provider comes behind the others.
UNCLEAR_SECONDS = 60.0
_unclear_since: WeakKeyDictionary[SmsProvider, float] = WeakKeyDictionary()


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


def in_turn(configured: Sequence[SmsProvider]) -> list[SmsProvider]:
    """Those of ``configured`` in their order; last, who left the fate of a message open just now.

    The message itself is not sent again, but others need not meet the same outage.
    """
    latest = time.monotonic() - UNCLEAR_SECONDS
    return sorted(configured, key=lambda one: _unclear_since.get(one, latest) > latest)


def note_unclear(provider: SmsProvider) -> None:
    """Remember that ``provider`` has just left the fate of a message open."""
    _unclear_since[provider] = time.monotonic()


def _forget(*, setting: str, **_: Any) -> None:
    if setting.startswith(("SMS_", "ALIYUN_", "TENCENT_")):
        providers.cache_clear()


setting_changed.connect(_forget, dispatch_uid="delivery-sms-providers")
