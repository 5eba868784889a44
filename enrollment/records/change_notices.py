"""Notices to the holder of a record that the school has changed it."""

from datetime import timedelta

from django.urls import reverse

from accounts.models import Notice, User
from accounts.notices.services import latest_notice, mark_read, notify
from database.clock import database_now
from enrollment.models import StudentRecord

# Corrections made in one sitting share one notice, as long as it is unread.
TOGETHER = timedelta(minutes=10)
_KIND = "record_corrected"
_CORRECTION, _EVENT = "correction", "event"


def notify_of_correction(record: StudentRecord, holder: User) -> None:
    """Notify ``holder`` of a correction, unless the notice of the one before still stands for it.

    It does while it is new and unread, the holder has not opened the record since, and neither an
    answer of the holder nor another change of this record came after it.
    """
    latest = latest_notice(holder, _KIND, record=str(record.key))
    if latest is None or not _stands_for_more(latest, record):
        _notify(record, holder, _CORRECTION)


def notify_of_event(record: StudentRecord, holder: User) -> None:
    """Notify ``holder`` that an event was entered or removed; each is told."""
    _notify(record, holder, _EVENT)


def mark_changes_read(record: StudentRecord, holder: User) -> None:
    """Mark as read what was told of ``record``: its holder has opened it, perhaps from a message.

    No query for a holder without unread notices; how many there are comes with the session.
    """
    unread = getattr(holder, "unread_notices", None)
    if unread:
        told = Notice.objects.filter(account=holder, kind=_KIND)
        marked = mark_read(notices=told.filter(detail__contains={"record": str(record.key)}))
        holder.unread_notices = unread - marked  # type: ignore[attr-defined]


def _stands_for_more(notice: Notice, record: StudentRecord) -> bool:
    is_new = notice.read_at is None and notice.made_at >= database_now() - TOGETHER
    return (
        is_new
        and notice.detail.get("of") == _CORRECTION
        and not record.confirmations.filter(made_at__gte=notice.made_at).exists()
    )


def _notify(record: StudentRecord, holder: User, what: str) -> None:
    detail = {"record": str(record.key), "of": what}
    notify(account=holder, kind=_KIND, path=reverse("enrollment:status"), detail=detail)
