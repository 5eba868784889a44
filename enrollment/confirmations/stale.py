"""Telling students that what they confirmed was changed by a publication, or changed back."""

from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify_all
from enrollment.models import ImportBatch

CHUNK = 1000
# Records that the batch changed, where the latest answer speaks of a field changed by it.
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
    """Tell whoever confirmed a field that ``batch`` has just changed; how many were told.

    Call it in the transaction of the publication. What changed, old and new, is
    on the page that the notice leads to; no message carries it.
    """
    return _tell_concerned(batch, "answer_stale")


def tell_of_undone_changes(batch: ImportBatch) -> int:
    """Tell the same people that ``batch`` is taken back: what they were told of holds no more.

    Call it in the transaction of the undo, before the records are restored.
    """
    return _tell_concerned(batch, "change_undone")


def _tell_concerned(batch: ImportBatch, kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [batch.pk])
        keys = [key for (key,) in cursor.fetchall()]
    for start in range(0, len(keys), CHUNK):
        accounts = list(User.objects.filter(pk__in=keys[start : start + CHUNK], is_active=True))
        notify_all(accounts=accounts, kind=kind, path=reverse("enrollment:status"))
    return len(keys)
