"""Notices to students whose confirmed data a publication has changed, or an undo changed back."""

from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify_all
from enrollment.models import ImportBatch

CHUNK = 1000
# Records changed by the batch whose latest answer covers a changed field.
_HOLDERS = """
SELECT DISTINCT r.holder_id
FROM enrollment_recordbefore b
JOIN enrollment_studentrecord r ON r.id = b.record_id
JOIN LATERAL (SELECT fields FROM enrollment_confirmation c
  WHERE c.record_id = r.id ORDER BY c.id DESC LIMIT 1) answer ON true
WHERE b.batch_id = %s AND r.holder_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM enrollment_fieldchange f
  WHERE f.record_id = r.id AND f.version = r.version AND answer.fields ? f.field)
ORDER BY r.holder_id
"""


def notify_stale(batch: ImportBatch) -> int:
    """Notify students who confirmed a field that ``batch`` has just changed.

    Call it in the transaction of the publication. The page behind the notice shows old and
    new values; no message contains them. Returns the number of students.
    """
    return _notify_confirmed(batch, "answer_stale")


def notify_undone(batch: ImportBatch) -> int:
    """Notify the students of ``notify_stale`` that ``batch`` is being undone.

    Call it in the transaction of the undo, before the records are restored. Returns the
    number of students.
    """
    return _notify_confirmed(batch, "change_undone")


def _notify_confirmed(batch: ImportBatch, kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [batch.pk])
        keys = [key for (key,) in cursor.fetchall()]
    for start in range(0, len(keys), CHUNK):
        accounts = list(User.objects.filter(pk__in=keys[start : start + CHUNK], is_active=True))
        notify_all(accounts=accounts, kind=kind, path=reverse("enrollment:status"))
    return len(keys)
