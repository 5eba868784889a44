"""Sealing reports and signing keys with the newest vault key, so that an old one can go."""

from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from enrollment.models import SigningKey, StatusReport
from vault.cipher import key_ring

Report = Callable[[int], None]


def rotate_signing_keys(report: Report) -> int:
    """Seal private keys anew; how many."""
    touched = 0
    for row in SigningKey.objects.order_by("pk"):
        fresh = _resealed(bytes(row.private_sealed), f"signing-key:{row.key}")
        if fresh is not None:
            touched += SigningKey.objects.filter(pk=row.pk).update(private_sealed=fresh)
    report(touched)
    return touched


def rotate_reports(report: Report) -> int:
    """Seal what reports state, and their files, anew; how many."""
    touched = 0
    for row in StatusReport.objects.order_by("pk").iterator():
        touched += _rotate_report(row)
        report(touched)
    return touched


def _rotate_report(row: StatusReport) -> int:
    fresh: dict[str, bytes | str] = {}
    facts = _resealed(bytes(row.facts_sealed), f"status-report:{row.key}")
    if facts is not None:
        fresh["facts_sealed"] = facts
    if row.is_ready:
        with default_storage.open(row.stored_as) as file:
            content = _resealed(file.read(), f"status-report-file:{row.key}")
        if content is not None:
            fresh["stored_as"] = default_storage.save(row.stored_as, ContentFile(content))
    if not fresh:
        return 0
    # A report printed meanwhile is sealed with the newest key already.
    moved = StatusReport.objects.filter(pk=row.pk, stored_as=row.stored_as).update(**fresh)
    if "stored_as" in fresh:
        default_storage.delete(row.stored_as if moved else str(fresh["stored_as"]))
    return moved


def _resealed(sealed: bytes, context: str) -> bytes | None:
    """``sealed`` under the newest key; None when it is so already."""
    ring = key_ring()
    if ring.seals_with_newest(sealed):
        return None
    return ring.seal(ring.unseal(sealed, context=context), context=context)
