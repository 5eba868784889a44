"""Limits on wrong passwords and second-factor codes, counted in the database (threat T9).

No account is ever locked: after too many failures for a name, each further try needs a
proof of work that grows with the failures. It costs the owner a second on any device, and
an attacker a second for each guess. After ten failures in a minute it is required of the
whole network, except on devices known to the account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from accounts.identifiers import services as identifiers
from accounts.limits import proof_of_work, rate_limits
from accounts.limits.rules import DAY, Rule
from accounts.limits.uses import LimitReachedError, Use, count_uses, retry_at
from accounts.models import LimitHit, User
from accounts.requests.client_network import network_of

STEP = 5  # failures in a day after which the work doubles


@dataclass(frozen=True)
class Attempt:
    """One counted sign-in attempt; it stays counted unless it succeeds."""

    hits: list[int]


@dataclass(frozen=True)
class Challenge:
    """The level of the proof of work that a further try needs, and until when."""

    level: int
    until: datetime


PROVED = "portal.proof_of_work"  # in request.META, where no header can write it


def name_in(credentials: dict[str, Any]) -> str:
    """The identifier in ``credentials``, folded for counting; empty if there is none."""
    names = (credentials.get(kind) for kind in ("phone", "email", "username"))
    return next((identifiers.fold_name(str(name)) for name in names if name), "")


def normalised_name(text: str) -> str:
    """The normal form of the identifier typed in the form, for counting attempts."""
    try:
        return identifiers.parse(text).value
    except ValidationError:
        return identifiers.fold_name(text)


def mark_proved(request: HttpRequest) -> None:
    """Mark the request as having solved its proof of work."""
    request.META[PROVED] = True


def is_proved(request: HttpRequest) -> bool:
    """Whether the request has solved its proof of work."""
    return PROVED in request.META


def challenge_for(*, name: str, client: str, known: bool) -> Challenge | None:
    """The proof of work needed to sign in as ``name``; None while failures are few.

    ``known``: the browser is a known device of the account.
    """
    of_name = Use("sign_in", name)
    until = retry_at([of_name] if known else [of_name, _use_from(client)])
    if until is None:
        return None
    today = rate_limits.count("sign_in", name, DAY)
    level = min(max(today // STEP - 1, 0), proof_of_work.HIGHEST_LEVEL)
    return Challenge(level, until)


def begin(*, name: str, client: str, proved: bool, known: bool) -> Attempt:
    """Count one attempt to sign in as ``name`` from ``client``, before the password is checked.

    ``name`` is the typed identifier, which may not exist; ``proved``: the request solved a
    proof of work; ``known``: the browser is a known device. Raises LimitReachedError.
    """
    from_client = _use_from(client, rules=() if proved or known else None)
    of_name = Use("sign_in", name, rules=() if proved else None)
    with transaction.atomic():
        return Attempt(count_uses([from_client, of_name]))


def _use_from(client: str, rules: tuple[Rule, ...] | None = None) -> Use:
    return Use("sign_in_ip", network_of(client), rate_limits.campus_factor(client), rules)


def begin_in_session(*, account: User, session: str) -> Attempt:
    """Count one password attempt in a session where ``account`` is signed in.

    It counts only for that session, not for its network or the owner's other devices.
    Raises LimitReachedError.
    """
    with transaction.atomic():
        return Attempt([rate_limits.consume("sign_in", f"account:{account.pk} in {session}")])


def succeed(tried: Attempt) -> None:
    """Remove a successful attempt from the count."""
    LimitHit.objects.filter(pk__in=tried.hits).delete()


def check_factor(*, account: User, client: str, known: bool) -> Attempt:
    """Count one second-factor attempt. Raises ValidationError after too many wrong codes.

    Each network has its own limit, and all known devices together, so that guessing elsewhere
    does not lock the owner out.
    """
    where = "known" if known else network_of(client)
    try:
        with transaction.atomic():
            hits = [rate_limits.consume("second_factor", f"account:{account.pk} at {where}")]
            if not known:
                hits.append(rate_limits.consume("second_factor_all", f"account:{account.pk}"))
            return Attempt(hits)
    except LimitReachedError as error:
        raise ValidationError(wait_until(error.retry_at)) from error


def use_factor_code(*, account: User, code: str) -> None:
    """Mark a code as used (RFC 6238, 5.2). Raises ValidationError if it was used before.

    django-allauth remembers used codes for half a minute in the cache, which is shorter
    than they stay valid.
    """
    try:
        with transaction.atomic():
            rate_limits.consume("factor_code", f"account:{account.pk}:{code}")
    except LimitReachedError as error:
        raise ValidationError(_("This code has been used. Wait for the next one.")) from error


def wait_until(moment: datetime) -> str:
    """The error text after too many wrong tries."""
    return _("Too many wrong attempts. Try again at %(time)s.") % {"time": when(moment)}


def when(moment: datetime) -> str:
    """``moment`` as a time of day, with the date unless it is today."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return time_format(local, "H:i")
    return date_format(local, "DATETIME_FORMAT")
