"""The hash chain over the trail: extending it and checking it.

The links are keyed with ``settings.AUDIT_KEY``, which the database does not
hold: who can write the tables still cannot compute a chain that fits.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction

from audit.models import AuditAnchor, AuditEntry, AuditSeal

GENESIS = bytes(32)
# Any fixed number: one sealer at a time, whichever process it runs in.
SEALER_LOCK = 7_263_001
BATCH = 1000


def canonical(entry: AuditEntry) -> bytes:
    """Every column of the entry as one text that is the same on every machine."""
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
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(previous: bytes, entry: AuditEntry) -> bytes:
    """HMAC-SHA256 over the previous digest and every column of the entry."""
    return hmac.digest(settings.AUDIT_KEY, previous + canonical(entry), "sha256")


@transaction.atomic
def seal_next() -> int:
    """Seal up to a batch of entries that are not sealed yet. Returns their number.

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


def first_broken(anchors: Iterable[AuditAnchor] = ()) -> int | None:
    """The first entry that was altered or is missing; None for a whole chain.

    An entry is altered where it does not fit its seal or an anchor taken at it,
    and missing where an anchor names it and the trail ends before.
    """
    # One entry may have several anchors: what was handed out first still has to fit.
    expected: defaultdict[int, set[tuple[int, bytes]]] = defaultdict(set)
    for anchor in anchors:
        expected[anchor.last_entry].add((anchor.entries, bytes(anchor.digest)))
    previous = GENESIS
    seals = AuditSeal.objects.select_related("entry").order_by("pk")
    for count, seal in enumerate(seals.iterator(chunk_size=BATCH), start=1):
        previous = digest(previous, seal.entry)
        handed_out = expected.pop(seal.entry_id, set())
        if previous != bytes(seal.digest) or handed_out - {(count, previous)}:
            return seal.entry_id
    return min(expected, default=None)
