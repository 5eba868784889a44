"""The daily limit on text messages about notices and reminders, per phone.

Codes and security alerts are counted elsewhere or not at all.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Now

from accounts.limits.rate_limits import subject_of
from accounts.limits.rules import DAY
from accounts.models import LimitHit

ACTION = "notice_sms"


def within_daily_limit(phones: Iterable[str], *, always: bool = False) -> set[str]:
    """The ``phones`` still below today's limit; one message is counted for each.

    ``always``: returns all of them, for notices that protect a right. Two queries for any number
    of phones.
    """
    subjects = {phone: subject_of(phone) for phone in phones}
    today = LimitHit.objects.filter(
        action=ACTION, subject__in=list(subjects.values()), at__gt=Now() - DAY
    )
    sent = {
        bytes(subject): count
        for subject, count in today.values_list("subject").annotate(Count("pk"))
    }
    most = settings.SMS_NOTICES_PER_DAY
    free = {p for p, subject in subjects.items() if always or sent.get(subject, 0) < most}
    LimitHit.objects.bulk_create(LimitHit(action=ACTION, subject=subjects[p]) for p in free)
    return free
