"""The portal's components as template tags: ``{% button _("Save") icon="check" %}``.

Each tag but ``icon`` renders the template of its name in ``templates/elements/``. An unknown
argument is an error when the template is compiled; with ``{% include %}`` it would be ignored.
The tags are built in and need no ``{% load %}``.
"""

import re
from functools import cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from delivery.masking import masked_phone
from enrollment.fields.checklist import listed

register = template.Library()
register.filter("listed", listed)
Shown = Any  # what a template prints: text, lazy text, a number, None


_CHINESE, _LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]")


def language_of(text: Shown) -> str:
    """``zh-Hans`` of a mostly Chinese text on a page in another language, else ""."""
    if (get_language() or "").startswith("zh"):
        return ""
    words = str(text or "")
    chinese = len(_CHINESE.findall(words))
    return "zh-Hans" if chinese and chinese >= len(_LATIN.findall(words)) else ""


@register.filter
def lang_attr(text: Shown) -> SafeString:
    """The attribute that says to screen readers that what was entered is Chinese, or nothing."""
    language = language_of(text)
    return format_html(' lang="{}"', language) if language else SafeString("")


@register.filter
def error_count(form: BaseForm) -> int:
    """How many messages the summary of errors lists."""
    return sum(len(errors) for errors in form.errors.values())


@register.filter(name="masked_phone")
def masked(phone: object) -> str:
    """A phone number with its middle hidden."""
    return masked_phone(str(phone))


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the icon set; decorative, because text is always beside it."""
    use = '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>'
    return format_html(use, static("icons/portal.svg"), name)


@register.inclusion_tag("elements/button.html")
def button(
    text: Shown, *, href: str = "", icon: str = "", kind: str = "", size: str = "",
    name: str = "", value: Shown = "", form_id: str = "",
) -> dict[str, Any]:  # fmt: skip
    """A link if ``href`` is given, else a submit button (for the form ``form_id``)."""
    return {
        "text": text, "href": href, "icon": icon, "kind": kind, "size": size,
        "name": name, "value": value, "form_id": form_id,
    }  # fmt: skip


@register.inclusion_tag("elements/post_button.html")
def post_button(
    text: Shown, *, action: str, icon: str = "", kind: str = "", size: str = "", into: str = ""
) -> dict[str, Any]:
    """A button with a form of its own; ``into="_self"`` if the response is a file."""
    return {
        "text": text, "action": action, "icon": icon, "kind": kind, "size": size, "into": into
    }  # fmt: skip


@register.inclusion_tag("elements/notice.html")
def notice(
    *, title: Shown = "", text: Shown = "", tone: str = "", href: str = "", link: Shown = "",
    role: str = "", id: str = "",  # noqa: A002
) -> dict[str, Any]:  # fmt: skip
    """A message box: ``tone`` is good, attention, bad, or empty."""
    return {
        "title": title, "text": text, "tone": tone, "href": href, "link": link,
        "role": role, "id": id,
    }  # fmt: skip


@register.inclusion_tag("elements/empty.html")
def empty_state(
    title: Shown,
    *,
    text: Shown = "",
    icon: str = "",
    href: str = "",
    action: Shown = "",
) -> dict[str, Any]:
    """What is shown instead of an empty list, with a link that leads on."""
    return {"title": title, "text": text, "icon": icon, "href": href, "action": action}


@register.inclusion_tag("elements/row.html")
def row(label: Shown, value: Shown, *, numeric: bool = False, lang: str = "") -> dict[str, Any]:
    """One row of a ``<dl class="dl">``; an empty value is shown as a dash.

    ``lang`` is the language of the value where it may not be that of the page; Chinese is found.
    """
    lang = lang or language_of(value)
    return {"label": label, "value": value, "numeric": numeric, "lang": lang}


@register.inclusion_tag("elements/tag.html")
def tag(text: Shown, *, tone: str = "", icon: str = "") -> dict[str, Any]:
    """A framed word that states the status of the thing beside it."""
    return {"text": text, "tone": tone, "icon": icon}


@register.inclusion_tag("elements/seal.html")
def seal(text: Shown, *, tone: str = "", size: str = "") -> dict[str, Any]:
    """The status of a record, drawn as a seal: ``size`` is large, small, or empty."""
    return {"text": text, "tone": tone, "size": size}


@register.inclusion_tag("elements/setting.html")
def setting(
    title: Shown, *, icon: str, text: Shown, href: str, action: Shown
) -> dict[str, Any]:  # fmt: skip
    """One item of a ``<ul class="settings">``, with a link to change it."""
    return {"title": title, "icon": icon, "text": text, "href": href, "action": action}


@register.inclusion_tag("elements/progress.html")
def progress(
    label: Shown, *, value: Shown = None, max: Shown = "", note: Shown = "", left: Shown = "",  # noqa: A002
    id: str = "",  # noqa: A002
) -> dict[str, Any]:  # fmt: skip
    """A progress bar; without ``value`` it is indeterminate."""
    return {
        "label": label, "value": value, "max": max, "note": note, "left": left, "id": id
    }  # fmt: skip
