"""The digest: once a day or week, figures of what waits; never a name or a word of anybody."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.codes import messages
from accounts.languages.services import writing_to
from accounts.models import User
from accounts.sweep import for_each
from delivery.services import queue_content
from enrollment.offices import classes_of
from support.board.figures import standings, total_of
from support.models import Digest, Rhythm
from support.reports.desk.queue import queue_of

MONDAY, SATURDAY = 0, 5


def send_digests(today: date) -> int:
    """Queue the digest of everyone whose day it is, once a day; how many."""
    return for_each(_due(today), lambda digest: _send(digest, today))


def _due(today: date) -> list[Digest]:
    rhythms = [Rhythm.DAILY] if today.weekday() < SATURDAY else []
    rhythms += [Rhythm.WEEKLY] if today.weekday() == MONDAY else []
    unsent = Q(sent_on=None) | Q(sent_on__lt=today)
    found = Digest.objects.filter(unsent, rhythm__in=rhythms, account__is_active=True)
    return list(found.select_related("account"))


def _send(digest: Digest, today: date) -> bool:
    account = digest.account
    waiting = queue_of(account).count()
    total = total_of(standing for _class, standing in standings(classes_of(account)))
    with transaction.atomic(), writing_to(account):
        mine = Digest.objects.filter(Q(sent_on=None) | Q(sent_on__lt=today), pk=digest.pk)
        if not mine.update(sent_on=today) or not _is_worth_it(account, waiting, total.open):
            return False
        context = {
            "waiting": waiting,
            "total": total,
            "queue": settings.SITE_URL + reverse("support:queue"),
            "board": settings.SITE_URL + reverse("support:board"),
        }
        text = render_to_string("support/email/digest.txt", context)
        content = messages.email(
            _("What is waiting for you"), text, messages.optional(reverse("support:queue"))
        )
        queue_content(to=account.email, content=content, purpose="digest", account_id=account.pk)
    return True


def _is_worth_it(account: User, waiting: int, unchecked: int) -> bool:
    """Whether to send the digest: something waits, and its reader is staff with a mailbox."""
    return bool(account.email and account.roles and (waiting or unchecked))
