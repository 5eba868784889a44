"""Durations as text, in the largest unit that fits."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

register = template.Library()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@register.filter
def waited(time: timedelta | None) -> str:
    """Whole minutes, hours or days; a dash for none yet."""
    if time is None:
        return "—"
    if time < HOUR:
        minutes = max(1, time // timedelta(minutes=1))
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if time < DAY:
        hours = time // HOUR
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", time.days) % {"n": time.days}


@register.filter
def age(since: datetime) -> str:
    """How long ago that was, as ``waited`` says it."""
    return waited(timezone.now() - since)
