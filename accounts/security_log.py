"""The log of sign-ins and changes that the owner of an account can read."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from celery import shared_task
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts.client_network import masked_network
from accounts.limits import client_address
from accounts.models import EventKind, SecurityEvent, User

# GB/T 22239 asks for logs of six months.
KEPT = timedelta(days=183)


def record_event(*, account: User, kind: EventKind, request: HttpRequest | None = None) -> None:
    """Write one line of the log of ``account``; ``request`` tells the device."""
    SecurityEvent.objects.create(
        account=account,
        kind=kind,
        user_agent=request.headers.get("user-agent", "")[:200] if request else "",
        network=masked_network(client_address(request)) if request else "",
    )


def log_of(account: User) -> QuerySet[SecurityEvent]:
    """The log of ``account``, newest first."""
    return SecurityEvent.objects.filter(account=account).order_by("-at", "-pk")


@shared_task
def prune_log() -> None:
    """Delete lines older than KEPT."""
    SecurityEvent.objects.filter(at__lt=Now() - KEPT).delete()


def listen() -> None:
    """Write a line whenever django-allauth signs somebody in or changes an account."""
    kinds = (
        (account_signals.password_set, EventKind.PASSWORD_CHANGED),
        (account_signals.password_changed, EventKind.PASSWORD_CHANGED),
        (factor_signals.authenticator_reset, EventKind.RECOVERY_CODES_RENEWED),
    )
    for signal, kind in kinds:
        signal.connect(_writer(kind), weak=False, dispatch_uid=f"security-log-{kind}")
    account_signals.user_logged_in.connect(_signed_in, dispatch_uid="security-log-signed-in")
    factor_signals.authenticator_added.connect(_factor_added, dispatch_uid="security-log-added")
    factor_signals.authenticator_removed.connect(_factor_gone, dispatch_uid="security-log-gone")


def _writer(kind: EventKind) -> Callable[..., None]:
    def write(request: HttpRequest, user: User, **_: object) -> None:
        record_event(account=user, kind=kind, request=request)

    return write


def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    by_code = any(step["method"] == "code" for step in get_authentication_records(request, user))
    kind = EventKind.SIGNED_IN_BY_CODE if by_code else EventKind.SIGNED_IN
    record_event(account=user, kind=kind, request=request)


def _factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: object
) -> None:
    is_codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    kind = EventKind.RECOVERY_CODES_RENEWED if is_codes else EventKind.FACTOR_ADDED
    record_event(account=user, kind=kind, request=request)


def _factor_gone(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: object
) -> None:
    # Recovery codes go with the last factor: one line tells both.
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_event(account=user, kind=EventKind.FACTOR_REMOVED, request=request)
