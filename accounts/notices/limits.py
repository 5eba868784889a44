"""How many text messages about notices and reminders one phone gets in a day.

Codes and messages that protect an account are counted elsewhere or not at all.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Now

from accounts.limits.rate_limits import subject_of
from accounts.limits.rules import DAY
from accounts.models import LimitHit

ACTION = "notice_sms"


def take_places(phones: Iterable[str], *, always: bool = False) -> set[str]:
    """Those of ``phones`` that may get one more today; it is counted for them.

    ``always``: all of them, since a right is at stake. Two queries for any number.
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
