"""Access of staff to other people's data: the only way for views (threat T12, T31).

A view that shows or changes personal data is decorated with ``personal_data`` and calls
``note_access`` with the number of people concerned. That writes the audit trail and counts
towards the daily alarm. A test visits every address and fails if a page shows another person's
data without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import PersonalDataCount, User
from accounts.notices.services import notify_all
from accounts.privacy.access_reason import remembered_reason
from accounts.roles import Role
from accounts.sessions.recent_proof import READING
from audit.models import AuditEntry
from audit.services import record_action

COUNTS_KEPT = timedelta(days=183)

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
ALARM = "viewing_alarm"
ALARM_ACTION = "enrollment.viewing_alarm"
MARK = "personal_data"  # the attribute of a marked view

# Counts in the row of the day, and returns how many people it was in 24 hours and the present hour.
_COUNT = """
WITH clock AS (
    SELECT moment::date AS day, to_char(moment, 'HH24') AS hour
    FROM (SELECT now() AT TIME ZONE %(zone)s AS moment) AS local
), counted AS (
    INSERT INTO accounts_personaldatacount AS kept (account_id, day, people, hours)
    SELECT %(account)s, day, %(people)s, jsonb_build_object(hour, %(people)s) FROM clock
    ON CONFLICT (account_id, day) DO UPDATE SET people = kept.people + excluded.people,
        hours = COALESCE(kept.hours, '{}') || (SELECT jsonb_build_object(
            hour, COALESCE((kept.hours->>hour)::bigint, 0) + excluded.people) FROM clock)
    RETURNING people
)
SELECT people + COALESCE((
    SELECT sum(each.value::bigint)
    FROM accounts_personaldatacount AS before, jsonb_each_text(before.hours) AS each
    WHERE before.account_id = %(account)s AND before.day = clock.day - 1
        AND each.key >= clock.hour
), 0) FROM counted, clock
"""


class Reason(Enum):
    """Whether a view needs a reason, and where it is asked."""

    NONE = "none"
    BEFORE = "before"  # a separate page asks first (accounts.privacy.access_reason)
    IN_FORM = "in form"  # the view's own form asks


class ReasonNeededError(Exception):
    """No reason is stored; it has to be asked first."""


@dataclass(frozen=True)
class AccessRule:
    """The arguments of ``personal_data`` for a view."""

    action: str
    reason: Reason
    reauth: bool

    @property
    def proof(self) -> str:
        """What is done, for django-allauth: data is read, or something is changed."""
        return "account" if self.reason is Reason.NONE else READING


def personal_data(
    action: str, *, reason: Reason = Reason.NONE, reauth: bool = False
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], R]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Mark a staff view as showing or changing other people's personal data.

    ``action`` names the entry in the trail. ``reauth`` requires re-authentication, needed for
    files, full numbers and changes. ``reason`` says where the reason is asked: a view that needs
    one shows data, and a recent sign-in is enough for that.
    """
    rule = AccessRule(action, reason, reauth)

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except ReasonNeededError:
                asking = reverse(settings.ACCESS_REASON_URL)
                return redirect(f"{asking}?{urlencode({'next': request.get_full_path()})}")

        # Views with a reason re-authenticate in ``note_access``, after their check for 404.
        asks_first = reauth and reason is not Reason.BEFORE
        guarded: Callable[Concatenate[HttpRequest, P], HttpResponseBase] = (
            reauthentication_required(answer, app=rule.proof) if asks_first else answer
        )
        setattr(guarded, MARK, rule)
        return guarded

    return decorate


def note_access(
    request: HttpRequest,
    *,
    people: int,
    subject_type: str,
    subject_key: object,
    institution_code: str,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Record that the signed-in member of staff has read or exported data of ``people``.

    Call it after the permission check and before data is returned. Raises ReasonNeededError and
    ReauthenticationRequired, which redirect to those pages.
    """
    if request.resolver_match is None or not isinstance(request.user, User):
        raise ValueError("personal data is handed out by views to signed-in people")
    rule: AccessRule = getattr(request.resolver_match.func, MARK)
    is_asked_before = rule.reason is Reason.BEFORE
    why = reason or (remembered_reason(request, request.path) if is_asked_before else "")
    if is_asked_before:
        if rule.reauth and is_reauthentication_required(request, app=rule.proof):
            raise ReauthenticationRequired
        if not why:
            raise ReasonNeededError
    record_access(
        account=request.user,
        action=rule.action,
        people=people,
        subject_type=subject_type,
        subject_key=subject_key,
        institution_code=institution_code,
        reason=why,
        detail=detail,
    )


def record_access(
    *,
    account: User,
    action: str,
    people: int,
    subject_type: str,
    subject_key: object,
    institution_code: str,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Record in the trail that ``account`` accessed data of ``people``, and count them."""
    with transaction.atomic(savepoint=False):
        record_action(
            action=action,
            actor_id=account.pk,
            subject_type=subject_type,
            subject_key=subject_key,
            institution_code=institution_code,
            reason=reason,
            detail={**(detail or {}), "people": people},
        )
        count_people(account=account, people=people)


def count_people(*, account: User, people: int) -> None:
    """Count ``people``; more than VIEWS_PER_DAY in 24 hours alert auditors, once in that time.

    The row of the day is locked until the transaction ends, so exactly one of several parallel
    requests sees the crossing.
    """
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            zone = settings.TIME_ZONE
            cursor.execute(_COUNT, {"account": account.pk, "zone": zone, "people": people})
            total = int(cursor.fetchone()[0])
        if total > settings.VIEWS_PER_DAY and not _has_alarmed(account):
            _alarm(account)


def _has_alarmed(account: User) -> bool:
    alarms = AuditEntry.objects.filter(action=ALARM_ACTION, actor_id=account.pk)
    return alarms.filter(at__gte=Now() - timedelta(days=1)).exists()


def forget_old_counts() -> None:
    """Delete counts that are COUNTS_KEPT old; the trail keeps each access."""
    PersonalDataCount.objects.filter(day__lt=Now() - COUNTS_KEPT).delete()


def notify_auditors(*, kind: str) -> None:
    """Send the notice ``kind`` to every auditor and the operator, on every channel."""
    watchers = User.objects.filter(Q(role_grants__role=Role.AUDITOR) | Q(is_superuser=True))
    notify_all(
        accounts=list(watchers.filter(is_active=True).distinct()),
        kind=kind,
        path=reverse("accounts:notices"),
        always=True,
    )


def _alarm(account: User) -> None:
    record_action(
        action=ALARM_ACTION,
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
        detail={"most": settings.VIEWS_PER_DAY},
    )
    notify_auditors(kind=ALARM)
