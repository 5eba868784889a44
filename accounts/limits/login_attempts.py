"""Wrong passwords and codes of a second factor, counted in the database (SECURITY 5, T9).

Nobody is locked out: once a name has been tried too often, every further try
needs a proof of work, which grows with the tries. The owner pays a second from
wherever they are; whoever guesses pays it each time. So does, after ten failures in a
minute, everybody on the same network, except in a browser that the owner has used before.
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

from accounts.client_network import network_of
from accounts.identifiers import services as identifiers
from accounts.limits import proof_of_work, rate_limits
from accounts.limits.rate_limits import LimitReachedError
from accounts.limits.rules import DAY
from accounts.models import LimitHit, User
from accounts.text import fold_typed

STEP = 5  # failures in a day by which the work doubles


@dataclass(frozen=True)
class Attempt:
    """One sign-in under way; it stays on the count unless it succeeds."""

    hits: list[int]


@dataclass(frozen=True)
class Challenge:
    """The proof that a further try needs, and when it is needed no more."""

    level: int
    until: datetime


PROVED = "portal.proof_of_work"  # in request.META, where no header can write it


def name_in(credentials: dict[str, Any]) -> str:
    """The name that somebody signs in as, however it was written."""
    names = (credentials.get(kind) for kind in ("phone", "email", "username"))
    return next((str(name).lower() for name in names if name), "")


def name_typed(text: str) -> str:
    """The same of what stands in the form."""
    try:
        return identifiers.parse(text).value
    except ValidationError:
        return fold_typed(text).lower()


def mark_proved(request: HttpRequest) -> None:
    """Note that the request brought its proof of work."""
    request.META[PROVED] = True


def is_proved(request: HttpRequest) -> bool:
    """Whether it did."""
    return PROVED in request.META


def demand_for(*, name: str, client: str, known: bool) -> Challenge | None:
    """What signing in as ``name`` needs beside the password; None while failures are few.

    ``known`` is a browser in which the account has signed in before.
    """
    of_name = rate_limits.retry_at("sign_in", name)
    of_network = None if known else rate_limits.network_lifts_at("sign_in_ip", client)
    if of_name is None and of_network is None:
        return None
    today = rate_limits.count("sign_in", name, DAY)
    level = min(max(today // STEP - 1, 0), proof_of_work.HIGHEST_LEVEL)
    return Challenge(level, max(filter(None, (of_name, of_network))))


def begin(*, name: str, client: str, proved: bool, known: bool) -> Attempt:
    """Count one try to sign in as ``name`` from ``client`` before the password is looked at.

    ``name`` is what was typed, known or not; ``proved`` whether a proof came along;
    ``known`` as above. Raises LimitReachedError.
    """
    with transaction.atomic():
        from_client = rate_limits.consume_for_network("sign_in_ip", client, anyway=proved or known)
        of_name = (rate_limits.record_use if proved else rate_limits.consume)("sign_in", name)
    return Attempt([from_client, of_name])


def begin_in_session(*, account: User, session: str) -> Attempt:
    """Count one try of the password in a session where ``account`` is signed in.

    It counts for that session alone: neither for the network nor for the owner elsewhere.
    Raises LimitReachedError.
    """
    with transaction.atomic():
        return Attempt([rate_limits.consume("sign_in", f"account:{account.pk} in {session}")])


def succeed(tried: Attempt) -> None:
    """Take a right password off the count."""
    LimitHit.objects.filter(pk__in=tried.hits).delete()


def check_factor(*, account: User, client: str, known: bool) -> Attempt:
    """Count one code of a second factor. Raises ValidationError after too many wrong ones.

    Each network has its own tries, and a known browser too: somebody who guesses elsewhere
    does not shut the owner out.
    """
    where = "known" if known else network_of(client)
    try:
        with transaction.atomic():
            hits = [rate_limits.consume("second_factor", f"account:{account.pk} at {where}")]
            if not known:
                hits.append(rate_limits.consume("second_factor_all", f"account:{account.pk}"))
            return Attempt(hits)
    except LimitReachedError as error:
        raise ValidationError(wait_until(error.lifts_at)) from error


def use_factor_code(*, account: User, code: str) -> None:
    """Let a right code be right once (RFC 6238, 5.2). Raises ValidationError when it was used.

    django-allauth keeps used codes in the cache for half a minute, less than
    they stay right.
    """
    try:
        with transaction.atomic():
            rate_limits.consume("factor_code", f"account:{account.pk}:{code}")
    except LimitReachedError as error:
        raise ValidationError(_("This code has been used. Wait for the next one.")) from error


def wait_until(moment: datetime) -> str:
    """What somebody reads who has tried too often."""
    return _("Too many wrong tries. Possible again at %(time)s.") % {"time": when(moment)}


def when(moment: datetime) -> str:
    """The time of day, and the day where it is another one."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return time_format(local, "H:i")
    return date_format(local, "DATETIME_FORMAT")
