"""Progress of records that have no holder yet, for the class board.

It shows how far their owners have come: registered, verifying, or verifying without success.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Now

from enrollment.models import StudentRecord
from enrollment.progress import Progress
from vault.lookup import keyed_hash


def note_registered(*, phone: str) -> int:
    """Mark records without a holder as registered where ``phone`` (E.164) is confirmed.

    Call it when an account has confirmed the phone that the school knows. Returns the
    number of records.
    """
    hashed = keyed_hash("phone", phone)
    waiting = StudentRecord.objects.filter(phone_hash=hashed, holder=None)
    return _move(waiting, Progress.UNREGISTERED, to=Progress.UNVERIFIED)


def note_searched(*, certificate_hash: bytes, not_found: bool) -> int:
    """Mark records without a holder whose certificate someone has entered.

    ``not_found`` means that the entered facts matched no record. Returns the number of
    records.
    """
    waiting = StudentRecord.objects.filter(certificate_hash=certificate_hash, holder=None)
    if not_found:
        return _move(waiting, Progress.UNREGISTERED, Progress.UNVERIFIED, to=Progress.UNMATCHED)
    return _move(waiting, Progress.UNREGISTERED, to=Progress.UNVERIFIED)


def note_searches(searches: QuerySet[Any]) -> int:
    """Mark records without a holder whose certificate one of ``searches`` names as searched.

    Rows of ``searches`` have ``certificate_hash``. Returns the number of records.
    """
    named = searches.values("certificate_hash")
    waiting = StudentRecord.objects.filter(holder=None, certificate_hash__in=named)
    return _move(waiting, Progress.UNREGISTERED, to=Progress.UNVERIFIED)


def note_searches_in_vain(searches: QuerySet[Any]) -> int:
    """Mark records without a holder that ``searches`` did not match since their last progress.

    For searches whose own ``note_searched`` was lost. Rows of ``searches`` have
    ``certificate_hash`` and ``submitted_at``. Returns the number of records.
    """
    later = searches.filter(
        certificate_hash=OuterRef("certificate_hash"),
        submitted_at__gt=Coalesce(OuterRef("progress_since"), OuterRef("created_at")),
    )
    waiting = StudentRecord.objects.filter(
        holder=None, certificate_hash__in=searches.values("certificate_hash")
    ).filter(Exists(later))
    return _move(waiting, Progress.UNREGISTERED, Progress.UNVERIFIED, to=Progress.UNMATCHED)


@transaction.atomic
def _move(records: QuerySet[StudentRecord], *before: Progress, to: Progress) -> int:
    """Set the progress, locking in the order of keys, so that two runs at once cannot deadlock."""
    found = records.filter(progress__in=before).order_by("pk")
    keys = list(found.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    return StudentRecord.objects.filter(pk__in=keys).update(progress=to, progress_since=Now())
