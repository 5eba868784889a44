"""The security log: sign-ins and changes, for the owner of an account to read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from celery import shared_task
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from accounts.identifiers.services import owner_of, parse
from accounts.limits import rate_limits
from accounts.limits.login_attempts import name_in
from accounts.models import EventKind, SecurityEvent, User
from accounts.requests.client_ip import client_address
from accounts.requests.client_network import canonical_address, masked_network, user_agent_of
from vault.cipher import seal, unseal
from vault.lookup import keyed_hash

# GB/T 22239 requires logs of six months.
RETENTION = timedelta(days=183)
REFUSALS = (403, 404)
FACTOR_USED = {
    Authenticator.Type.TOTP: EventKind.APP_USED,
    Authenticator.Type.WEBAUTHN: EventKind.PASSKEY_USED,
    Authenticator.Type.RECOVERY_CODES: EventKind.RECOVERY_CODE_USED,
}


def record_event(
    *, account: User | None, kind: EventKind, request: HttpRequest | None = None, page: str = ""
) -> None:
    """Add one entry to the log of ``account``; device and network come from ``request``.

    Without an account the entry is about an unknown name, and only auditors can read it.
    """
    source = client_address(request) if request else ""
    event = SecurityEvent(
        account=account,
        kind=kind,
        user_agent=user_agent_of(request) if request else "",
        network=masked_network(source),
        person_hash=pseudonym(account) if account else b"",
        source_hash=source_hash(source) if source else b"",
        page=page[:80],
    )
    if source:
        event.source_sealed = seal(source.encode(), context=f"event-source:{event.key}")
    event.save(force_insert=True)


def pseudonym(account: User) -> bytes:
    """The keyed hash under which entries remain once the account is deleted."""
    return keyed_hash("security-log", str(account.key))


def source_hash(address: str) -> bytes:
    """The keyed hash for finding entries by network address, however it is written."""
    return keyed_hash("event-source", canonical_address(address))


def source_of(event: SecurityEvent) -> str:
    """The full network address, for auditors; empty if none was stored."""
    if not event.source_sealed:
        return ""
    return unseal(event.source_sealed, context=f"event-source:{event.key}").decode()


def forget_owner(account: User) -> None:
    """Anonymise the log of a deleted account; what the law requires stays, under a pseudonym."""
    lines = SecurityEvent.objects.filter(account=account)
    lines.update(account=None, user_agent="", network="", person_hash=pseudonym(account))


class RefusedAccessMiddleware:
    """Logs that a signed-in user was refused a page that exists."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match, user = request.resolver_match, request.user
        if response.status_code not in REFUSALS or match is None or not isinstance(user, User):
            return response
        if rate_limits.try_consume("refused", f"account:{user.pk}"):
            kind, page = EventKind.ACCESS_REFUSED, match.view_name
            record_event(account=user, kind=kind, request=request, page=page)
        return response


def log_of(account: User) -> QuerySet[SecurityEvent]:
    """The log of ``account``, newest first."""
    return SecurityEvent.objects.filter(account=account).order_by("-at", "-pk")


@shared_task
def prune_log() -> None:
    """Delete entries older than RETENTION."""
    SecurityEvent.objects.filter(at__lt=Now() - RETENTION).delete()


def listen() -> None:
    """Log the events that django-allauth signals."""
    kinds = (
        (account_signals.password_set, EventKind.PASSWORD_CHANGED),
        (account_signals.password_changed, EventKind.PASSWORD_CHANGED),
        (factor_signals.authenticator_reset, EventKind.RECOVERY_CODES_RENEWED),
    )
    for signal, kind in kinds:
        signal.connect(_writer(kind), weak=False, dispatch_uid=f"security-log-{kind}")
    user_login_failed.connect(_failed, dispatch_uid="security-log-failed")
    factor_signals.authentication_failed.connect(_factor_failed, dispatch_uid="security-log-factor")
    account_signals.user_logged_in.connect(_signed_in, dispatch_uid="security-log-signed-in")
    account_signals.authentication_step_completed.connect(
        _password_again, dispatch_uid="security-log-again"
    )
    factor_signals.authenticator_used.connect(_factor_used, dispatch_uid="security-log-used")
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


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: object) -> None:
    name = name_in(credentials)
    try:
        owner = owner_of(parse(name)) if name else None
    except ValidationError:
        owner = None
    account = owner.account if owner else None
    record_event(account=account, kind=EventKind.SIGN_IN_FAILED, request=request)


def _factor_failed(request: HttpRequest, user: User, **_: object) -> None:
    record_event(account=user, kind=EventKind.FACTOR_FAILED, request=request)


def _password_again(
    request: HttpRequest, user: User, method: str, reauthenticated: bool = False, **_: object
) -> None:
    if method == "password" and reauthenticated:
        record_event(account=user, kind=EventKind.PASSWORD_AGAIN, request=request)


def _factor_used(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: object
) -> None:
    record_event(account=user, kind=FACTOR_USED[authenticator.type], request=request)


def _factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: object
) -> None:
    is_codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    kind = EventKind.RECOVERY_CODES_RENEWED if is_codes else EventKind.FACTOR_ADDED
    record_event(account=user, kind=kind, request=request)


def _factor_gone(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: object
) -> None:
    # Recovery codes are removed with the last factor: one entry is enough.
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_event(account=user, kind=EventKind.FACTOR_REMOVED, request=request)
