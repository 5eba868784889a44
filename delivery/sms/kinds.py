"""The kinds of text messages: the parameters of each, and what providers demand of them.

A link stands in the provider's template; a parameter holds a short key at most,
since providers refuse addresses in parameters.
"""

import re
from collections.abc import Mapping

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

# The words are in templates/delivery/sms/KIND.txt, which also know ``site``, the portal's address.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "account_hints": ("username", "mailbox", "phone"),
    "appointment": ("key",),
    "code": ("code",),
    "code_reset_password": ("code",),
    "code_sign_in": ("code",),
    "contact_changed": ("key",),
    "contact_removed": (),
    "contact_taken": (),
    "deletion_asked": ("days",),
    "entrance_changed": ("key",),
    "no_account": (),
    "notice": (),
    "password_reset": (),
    "questions_changed": (),
    "record_opened": ("school", "key"),
    "reminder": ("school",),
    "rescue_asked": ("key",),
    "rescue_done": (),
    "rescue_known": ("moment", "key"),
    "security_changed": (),
    "staff_code_issued": (),
    "taken_back": (),
}
# What providers take for an address, a signature or a sign they do not send.
ADDRESS = re.compile(
    r"://|\bwww\.|(?<![a-z0-9-])[a-z0-9-]+\.(?:com|cn|net|org|edu|gov|info|top|cc)\b", re.IGNORECASE
)
FORBIDDEN = re.compile(r"[【】\x00-\x1f¥★※√^]|[\U0001f000-\U0001faff]")
# Characters of a whole message, signature included: more is refused (Tencent) or cut into parts.
LONGEST = 500
PLACEHOLDERS = {"aliyun": "${{{name}}}", "tencent": "{{{number}}}"}


def parameters_of(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """Of what is ``given`` the parameters of ``kind``, in order; all for a kind unknown here."""
    return {name: given[name] for name in PARAMETERS.get(kind, tuple(given))}


def words(kind: str, given: Mapping[str, str], language: str) -> str:
    """The text of ``kind``. Raises TemplateDoesNotExist."""
    with override(language):
        context = {**given, "site": settings.SITE_URL}
        return render_to_string(f"delivery/sms/{kind}.txt", context).strip()


def form_of(kind: str, provider: str) -> str:
    """The Chinese text of ``kind`` as ``provider`` wants its template."""
    names = PARAMETERS[kind]
    places = {
        name: PLACEHOLDERS[provider].format(name=name, number=number)
        for number, name in enumerate(names, start=1)
    }
    return words(kind, places, "zh-hans")


def fault_of(provider: str, given: Mapping[str, str], text: str) -> str:
    """Which rule of ``provider`` the parameters or the whole ``text`` break; empty: none."""
    longest = settings.SMS_PARAMETER_LENGTHS.get(provider, LONGEST)
    for value in given.values():
        if not value.strip():
            return "parameter-empty"
        if len(value) > longest:
            return "parameter-too-long"
        if ADDRESS.search(value):
            return "parameter-is-address"
        if FORBIDDEN.search(value):
            return "parameter-character"
    return "text-too-long" if len(text) > LONGEST else ""
