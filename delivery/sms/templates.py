"""The text of a message, and the provider's template for its kind."""

from dataclasses import dataclass

from django.conf import settings
from django.template import TemplateDoesNotExist

from delivery.errors import PermanentError, RuleError, TransientError
from delivery.sms.base import Sms
from delivery.sms.kinds import render_text, violated_rule


@dataclass(frozen=True)
class Filled:
    """A provider's template and its parameters, in the template's order."""

    template_id: str
    params: dict[str, str]


def text_of(sms: Sms) -> str:
    """The text of ``delivery/sms/KIND.txt`` in the message's language.

    Raises PermanentError when this kind has no text.
    """
    try:
        return render_text(sms.kind, sms.params, sms.language)
    except TemplateDoesNotExist as error:
        raise PermanentError("no-text") from error


def fill(provider: str, sms: Sms) -> Filled:
    """The template of ``settings.SMS_TEMPLATES`` for this message.

    An entry reads ``{"binding_code": {"aliyun": "SMS_1", "tencent": "11",
    "params": ["code", "hours"]}}``. Raises TransientError if it is missing:
    another provider may have one, and an operator can add it. Raises RuleError
    if the provider would refuse the parameters.
    """
    entry = settings.SMS_TEMPLATES.get(sms.kind, {})
    template_id = entry.get(provider)
    if not template_id:
        raise TransientError("template-not-configured")
    if fault := violated_rule(provider, sms.params, text_of(sms)):
        raise RuleError(fault)
    names = entry.get("params", list(sms.params))
    return Filled(str(template_id), {name: str(sms.params.get(name, "")) for name in names})
