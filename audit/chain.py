"""The hash chain over the trail: sealing it and checking it."""

import hashlib
import json

from django.db import connection, transaction

from audit.models import AuditEntry, AuditSeal

GENESIS = bytes(32)
# Any fixed number: one sealer at a time, whichever process it runs in.
SEALER_LOCK = 7_263_001
BATCH = 1000


def digest(previous: bytes, entry: AuditEntry) -> bytes:
    """SHA-256 over the previous digest and every column of the entry."""
    row = [
        entry.pk,
        entry.at.isoformat(),
        entry.actor_id,
        entry.action,
        entry.subject_type,
        entry.subject_key,
        entry.institution_code,
        entry.reason,
        entry.detail,
    ]
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


@transaction.atomic
def seal_next() -> int:
    """Seal up to a batch of entries that are not sealed yet; return how many.

    Returns 0 at once when another sealer is at work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    last = AuditSeal.objects.order_by("-pk").first()
    previous = bytes(last.digest) if last else GENESIS
    seals = []
    for entry in AuditEntry.objects.filter(seal__isnull=True).order_by("pk")[:BATCH]:
        previous = digest(previous, entry)
        seals.append(AuditSeal(entry=entry, digest=previous))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def first_broken() -> int | None:
    """The number of the first entry that does not fit its seal; None for a whole chain."""
    previous = GENESIS
    seals = AuditSeal.objects.select_related("entry").order_by("pk")
    for seal in seals.iterator(chunk_size=BATCH):
        previous = digest(previous, seal.entry)
        if previous != bytes(seal.digest):
            return seal.entry_id
    return None
