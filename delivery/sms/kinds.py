"""The kinds of text messages, their parameters, and the providers' rules for them.

Links are part of the provider's template; a parameter holds a short key at most,
since providers refuse addresses in parameters.
"""

import re
from collections.abc import Mapping

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

# Texts are in templates/delivery/sms/KIND.txt, where ``site`` is the portal's address.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "account_hints": ("username", "mailbox", "phone"),
    "appointment": ("key",),
    "code": ("code",),
    "code_rescue": ("code",),
    "code_reset_password": ("code",),
    "code_sign_in": ("code",),
    "contact_changed": ("key",),
    "contact_removed": (),
    "contact_taken": (),
    "deletion_asked": ("days",),
    "entrance_changed": ("key",),
    "no_account": (),
    "notice": (),
    "notice_dispute": ("until",),
    "notice_question": ("school",),
    "notice_school": ("school",),
    "password_reset": (),
    "questions_changed": (),
    "record_opened": ("school", "key"),
    "reminder": ("school",),
    "reminder_class": ("school", "class_code"),
    "reminder_until": ("school", "class_code", "until"),
    "rescue_asked": ("key",),
    "rescue_done": (),
    "rescue_known": ("moment", "key"),
    "security_changed": (),
    "staff_code_issued": (),
    "taken_back": (),
}
# What providers read as an address, as a signature or as a character they do not send.
ADDRESS = re.compile(
    r"://|\bwww\.|(?<![a-z0-9-])[a-z0-9-]+\.(?:com|cn|net|org|edu|gov|info|top|cc)\b", re.IGNORECASE
)
FORBIDDEN = re.compile(r"[【】\x00-\x1f¥★※√^]|[\U0001f000-\U0001faff]")
# Characters of a whole message with its signature; longer ones are refused (Tencent) or split.
MAX_LENGTH = 500
PLACEHOLDERS = {"aliyun": "${{{name}}}", "tencent": "{{{number}}}"}


def parameters_of(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """The values in ``given`` that ``kind`` takes, in order; all of them for an unknown kind."""
    return {name: given[name] for name in PARAMETERS.get(kind, tuple(given))}


def render_text(kind: str, given: Mapping[str, str], language: str) -> str:
    """The text of a message of ``kind`` in ``language``. Raises TemplateDoesNotExist."""
    with override(language):
        context = {**given, "site": settings.SITE_URL}
        return render_to_string(f"delivery/sms/{kind}.txt", context).strip()


def provider_template(kind: str, provider: str) -> str:
    """The Chinese template text of ``kind`` with the placeholders of ``provider``."""
    names = PARAMETERS[kind]
    places = {
        name: PLACEHOLDERS[provider].format(name=name, number=number)
        for number, name in enumerate(names, start=1)
    }
    return render_text(kind, places, "zh-hans")


def violated_rule(provider: str, given: Mapping[str, str], text: str) -> str:
    """The rule of ``provider`` that the parameters or ``text`` violate; empty if none."""
    longest = settings.SMS_PARAMETER_LENGTHS.get(provider, MAX_LENGTH)
    for value in given.values():
        if not value.strip():
            return "parameter-empty"
        if len(value) > longest:
            return "parameter-too-long"
        if ADDRESS.search(value):
            return "parameter-is-address"
        if FORBIDDEN.search(value):
            return "parameter-character"
    return "text-too-long" if len(text) > MAX_LENGTH else ""
