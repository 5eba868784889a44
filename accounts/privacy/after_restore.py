"""What has to be closed after an old backup was restored (threat F21)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from accounts.deletion import services as deletion
from accounts.models import Code, RoleGrant, Session, StaffAdmission
from accounts.recovery import staff_assisted
from accounts.recovery.recovery_codes import void_recovery_codes
from accounts.signals import backup_restored
from audit.services import record_action
from delivery.outbox import transitions
from vault.key_checks import record_keys, refuse_wrong_keys


@dataclass(frozen=True)
class Restored:
    """The numbers of closed things by kind, and the staff grants to review."""

    counts: dict[str, int]
    grants: list[RoleGrant]


@transaction.atomic
def after_restore() -> Restored:
    """Close everything that may have been used, withdrawn or objected to since the backup.

    Call it before web and workers start, because it treats every row as part of the backup.
    Changes that the backup cannot show (withdrawn roles, changed passwords and second factors)
    are returned for review; the list is also stored in the trail.
    Raises ImproperlyConfigured when the keys do not fit the backup; nothing is changed then.
    """
    refuse_wrong_keys(restored=True)
    record_keys()
    counts = {
        "codes": Code.objects.filter(closed_at=None).update(closed_at=Now()),
        "sessions": Session.objects.count(),
        "messages": transitions.mark_unsent_unknown(),
        "deletions": deletion.restart_cooling_periods(),
        "rescues": staff_assisted.restart_objection_periods(),
        "staff_codes": StaffAdmission.objects.exclude(code_hash=None).update(code_hash=None),
        "recovery_codes": void_recovery_codes(),
    }
    Session.objects.all().delete()
    for _, closed in backup_restored.send(sender=RoleGrant):
        if isinstance(closed, dict):
            counts |= closed
    grants = list(RoleGrant.objects.select_related("user").order_by("role", "user_id"))
    record_action(
        action="accounts.after_restore",
        actor_id=None,
        detail={**counts, "review": [[grant.user_id, grant.role] for grant in grants]},
    )
    return Restored(counts, grants)
