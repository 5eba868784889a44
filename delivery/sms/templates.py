"""Which template of a provider stands for a kind of message."""

from dataclasses import dataclass

from django.conf import settings

from delivery.errors import PassingError
from delivery.sms.base import Sms


@dataclass(frozen=True)
class Filled:
    """A provider's template and its parameters, in the template's order."""

    template_id: str
    params: dict[str, str]


def fill(provider: str, sms: Sms) -> Filled:
    """The template of ``settings.SMS_TEMPLATES`` for this message.

    An entry reads ``{"binding_code": {"aliyun": "SMS_1", "tencent": "11",
    "params": ["code", "hours"]}}``. Raises PassingError when it is missing:
    another provider may have one, and an operator can add it.
    """
    entry = settings.SMS_TEMPLATES.get(sms.kind, {})
    template_id = entry.get(provider)
    if not template_id:
        raise PassingError("template-not-configured")
    names = entry.get("params", list(sms.params))
    return Filled(str(template_id), {name: str(sms.params.get(name, "")) for name in names})
