"""Names of browsers, for the list of sessions."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

# Order matters: most browsers also name those further down.
BROWSERS = {
    "MicroMessenger": _("WeChat"),
    "QQ/": "QQ",
    "Edg": "Edge",
    "HuaweiBrowser": _("Huawei Browser"),
    "MiuiBrowser": _("Mi Browser"),
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@register.filter
def device_name(user_agent: str) -> str:
    """“Chrome · Windows” for a User-Agent header, or “Unknown device”."""
    found = (
        next((name for mark, name in names.items() if mark in user_agent), "")
        for names in (BROWSERS, SYSTEMS)
    )
    return " · ".join(str(name) for name in found if name) or str(_("Unknown device"))
