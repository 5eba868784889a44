"""The one way by which staff take or change other people's data (SECURITY T12, T31).

A view that hands out or changes personal data is decorated with ``personal_data``
and calls ``note_access`` with how many people it concerns. That writes the trail
and counts towards the daily alarm. A test walks all addresses and fails for a
page that shows somebody else's data without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify_all
from accounts.privacy.access_reason import remembered_reason
from accounts.roles import Role
from accounts.sessions.recent_proof import READING
from audit.services import record_action

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
ALARM = "viewing_alarm"
MARK = "personal_data"  # the attribute of a marked view

_COUNT = """
INSERT INTO accounts_personaldatacount AS kept (account_id, day, people)
VALUES (%s, (now() AT TIME ZONE %s)::date, %s)
ON CONFLICT (account_id, day) DO UPDATE SET people = kept.people + excluded.people
RETURNING people
"""


class Reason(Enum):
    """Whether a view needs a reason, and who asks for it."""

    NONE = "none"
    BEFORE = "before"  # the page of reasons asks, and remembers the answer for an hour
    IN_FORM = "in form"  # the view's own form asks


class ReasonNeededError(Exception):
    """No reason is remembered: the page of reasons asks first."""


@dataclass(frozen=True)
class AccessRule:
    """What ``personal_data`` says of a view."""

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
    """Mark a view of staff that hands out or changes personal data of others.

    ``action`` is its entry in the trail. ``reauth`` asks for the password again;
    files, full numbers and changes need that. ``reason`` says who asks why: a view that
    needs one hands data out, and signing in just now is proof enough for that.
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

        # Files ask within ``note_access``: for whom they are not, they do not exist.
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
    """Write that the signed-in member of staff has read or taken data of ``people``.

    Call it before anything is handed out, once the person may have it. Raises
    ReasonNeededError and ReauthenticationRequired, which lead to those pages.
    """
    if request.resolver_match is None or not isinstance(request.user, User):
        raise ValueError("personal data is handed out by views to signed-in people")
    rule: AccessRule = getattr(request.resolver_match.func, MARK)
    why = reason or (remembered_reason(request) if rule.reason is Reason.BEFORE else "")
    if rule.reason is Reason.BEFORE:
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
    """Write into the trail that ``account`` took data of ``people``, and count them."""
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
    """Add ``people`` to what ``account`` took today; alarm when that crosses the limit.

    The row is locked until the transaction ends, so of parallel requests exactly
    one sees the crossing.
    """
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [account.pk, settings.TIME_ZONE, people])
            total = int(cursor.fetchone()[0])
        if total - people <= settings.VIEWS_PER_DAY < total:
            _alarm(account)


def notify_auditors(*, kind: str) -> None:
    """Put the notice ``kind`` before every auditor and the operator, by every way."""
    watchers = User.objects.filter(Q(role_grants__role=Role.AUDITOR) | Q(is_superuser=True))
    notify_all(
        accounts=list(watchers.filter(is_active=True).distinct()),
        kind=kind,
        path=reverse("accounts:notices"),
        always=True,
    )


def _alarm(account: User) -> None:
    record_action(
        action="enrollment.viewing_alarm",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
        detail={"most": settings.VIEWS_PER_DAY},
    )
    notify_auditors(kind=ALARM)
