"""Write the trail."""

from collections.abc import Mapping, Sequence

from audit.models import AuditEntry


def record(
    *,
    action: str,
    actor_id: int | None,
    subject_type: str = "",
    subject_key: object = "",
    institution_code: str = "",
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Write that ``actor_id`` (None for the portal itself) did ``action``.

    Call it inside the transaction of the change it describes, so that one
    never stands without the other. ``action`` reads ``app.act``, for example
    ``enrollment.reveal_certificate``. No personal data in ``detail``.
    """
    return AuditEntry.objects.create(
        action=action,
        actor_id=actor_id,
        subject_type=subject_type,
        subject_key=str(subject_key),
        institution_code=institution_code,
        reason=reason,
        detail=dict(detail or {}),
    )


def record_many(entries: Sequence[AuditEntry]) -> None:
    """Write many entries at once, made as ``record`` makes one."""
    AuditEntry.objects.bulk_create(entries, batch_size=1000)
