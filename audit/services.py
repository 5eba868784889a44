"""Writing the trail."""

from collections.abc import Mapping, Sequence

from audit.models import AuditEntry


def record_action(
    *,
    action: str,
    actor_id: int | None,
    subject_type: str = "",
    subject_key: object = "",
    institution_code: str = "",
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Record that ``actor_id`` (None for the portal itself) did ``action``.

    Call it inside the transaction of the change it describes, so that both are
    committed or neither. ``action`` has the form ``app.act``, for example
    ``enrollment.reveal_certificate``. Never put personal data in ``detail``.
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


def record_actions(entries: Sequence[AuditEntry]) -> None:
    """Record many entries at once."""
    AuditEntry.objects.bulk_create(entries, batch_size=1000)
