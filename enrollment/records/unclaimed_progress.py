"""What is known of people who look for a record they do not hold yet; for the class board."""

from django.db.models import QuerySet
from django.db.models.functions import Now

from enrollment.models import StudentRecord
from enrollment.progress import Progress
from vault.lookup import keyed_hash


def note_registered(*, phone: str) -> int:
    """An account has confirmed ``phone`` (E.164), which the school knows; how many records."""
    hashed = keyed_hash("phone", phone)
    waiting = StudentRecord.objects.filter(phone_hash=hashed, holder=None)
    return _move(waiting, Progress.UNREGISTERED, to=Progress.UNVERIFIED)


def note_searched(*, certificate_hash: bytes, in_vain: bool) -> int:
    """Somebody has stated the certificate of a record nobody holds; how many records."""
    waiting = StudentRecord.objects.filter(certificate_hash=certificate_hash, holder=None)
    if in_vain:
        return _move(waiting, Progress.UNREGISTERED, Progress.UNVERIFIED, to=Progress.UNMATCHED)
    return _move(waiting, Progress.UNREGISTERED, to=Progress.UNVERIFIED)


def _move(records: QuerySet[StudentRecord], *before: Progress, to: Progress) -> int:
    return records.filter(progress__in=before).update(progress=to, progress_since=Now())
