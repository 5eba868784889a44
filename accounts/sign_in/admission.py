"""Admission of the second factors of staff.

A password alone must not be enough to set up an authenticator app: the first factor of staff is
set up with a code that the operator, or for a counselor the registrar, delivers in person. Staff
who have lost factor and recovery codes get such a code too. The factor used in a session is read
from django-allauth's record in the session.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts.contacts.alerts import alert_contacts
from accounts.models import EventKind, StaffAdmission, User
from accounts.security_log import record_event
from accounts.sessions.services import end_sessions, handle_of_request
from accounts.short_codes import draw_code, grouped, typed_code
from accounts.signals import entrances_closed
from audit.services import record_action
from vault.lookup import keyed_hash

CODE_LENGTH = 12  # 59 bits, which cannot be guessed
CODE_TTL = timedelta(days=7)
REDEEMED = "staff_code_redeemed"  # session key: a factor may be set up


class NoStaffError(Exception):
    """The account has no staff role."""


@transaction.atomic
def issue_code(*, account: User, by: User | None, reason: str) -> str:
    """A new code with which ``account`` sets up its second factor, in groups of four.

    Its factors are removed, its sessions end, and every contact is alerted. ``by`` is None for
    the command line. Raises NoStaffError.
    """
    if account.is_student:
        raise NoStaffError
    code = draw_code(CODE_LENGTH)
    values = {
        "code_hash": _hash(account, code),
        "code_expires_at": Now() + CODE_TTL,
        "admitted_at": None,
    }
    StaffAdmission.objects.update_or_create(account=account, defaults=values)
    removed = Authenticator.objects.filter(user=account).delete()[0]
    end_sessions(account=account)
    record_action(
        action="accounts.issue_staff_code",
        actor_id=by.pk if by else None,
        subject_type="account",
        subject_key=account.key,
        reason=reason,
        detail={"factors_removed": removed},
    )
    record_event(account=account, kind=EventKind.STAFF_CODE_ISSUED)
    alert_contacts(account=account, kind="staff_code_issued")
    return grouped(code)


def redeem_code(*, request: HttpRequest, account: User, typed: str) -> bool:
    """Whether ``typed`` is the account's unused code; this session may then set up a factor."""
    waiting = StaffAdmission.objects.filter(
        account=account, code_hash=_hash(account, typed_code(typed)), code_expires_at__gt=Now()
    )
    if not waiting.update(code_hash=None, code_expires_at=None):
        return False
    request.session[REDEEMED] = True
    return True


def may_set_up(request: HttpRequest) -> bool:
    """Whether the account's code was entered in this session."""
    return bool(request.session.get(REDEEMED))


def is_admitted(account: User) -> bool:
    """Whether ``account`` has a factor that was set up with a code."""
    return StaffAdmission.objects.filter(account=account, admitted_at__isnull=False).exists()


def gave_factor(request: HttpRequest, account: User) -> bool:
    """Whether this session has used an admitted factor that the account still has."""
    given = [key for record in _given(request, account) if (key := record.get("id"))]
    admitted = StaffAdmission.objects.filter(account=account, admitted_at__isnull=False)
    return bool(given) and admitted.filter(account__authenticator__in=given).exists()


def listen() -> None:
    """React to django-allauth's signals about factors."""
    signals.authenticator_added.connect(_added, dispatch_uid="staff-admission-added")
    signals.authenticator_removed.connect(_removed, dispatch_uid="staff-admission-removed")
    entrances_closed.connect(_entrances_closed, dispatch_uid="staff-admission-closed")


def _given(request: HttpRequest, account: User) -> list[Mapping[str, int]]:
    records = get_authentication_records(request, account)
    return [record for record in records if record.get("method") == "mfa"]


def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    """Setting up a factor counts as using it, in this session only."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    record_authentication(request, user, "mfa", id=authenticator.pk, type=str(authenticator.type))
    if request.session.pop(REDEEMED, False):
        StaffAdmission.objects.filter(account=user, code_hash=None).update(admitted_at=Now())
    end_sessions(account=user, keep=handle_of_request(request))


def _entrances_closed(account: User, since: datetime | None, **_: object) -> None:
    """Void a pending code once the account is taken back."""
    if since is not None:
        waiting = StaffAdmission.objects.filter(account=account)
        waiting.update(code_hash=None, code_expires_at=None)
        _removed(account)


def _removed(user: User, **_: object) -> None:
    """Withdraw the admission of an account that has lost its last factor."""
    if not Authenticator.objects.filter(user=user).exists():
        StaffAdmission.objects.filter(account=user).update(admitted_at=None)


def _hash(account: User, code: str) -> bytes:
    return keyed_hash("staff-code", f"{account.pk}:{code}")
