"""What must not come back to life when an old backup is restored (SECURITY 2, F21)."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.journeys import deletion
from accounts.models import Code, Session
from audit import services as audit
from delivery import claims


@transaction.atomic
def after_restore() -> dict[str, int]:
    """Void codes, end sessions, doubt unsent messages; how many of each.

    Call it before web and workers start: it takes everything for part of the backup.
    """
    counts = {
        "codes": Code.objects.filter(closed_at=None).update(closed_at=Now()),
        "sessions": Session.objects.count(),
        "messages": claims.doubt_unsent(),
        "deletions": deletion.begin_anew(),
    }
    Session.objects.all().delete()
    audit.record(action="accounts.after_restore", actor_id=None, detail=counts)
    return counts
