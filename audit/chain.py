"""Extending and verifying the hash chain over the trail.

The digests are keyed with ``settings.AUDIT_KEY``, which is not in the database: write
access to the tables alone does not suffice to forge a valid chain.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from audit.models import AuditAnchor, AuditEntry, AuditSeal
from database.advisory_locks import try_lock

GENESIS = bytes(32)
# Advisory lock, any fixed number: one process at a time extends the chain.
CHAIN_LOCK = 7_263_001
BATCH = 1000


def canonical(entry: AuditEntry) -> bytes:
    """The canonical serialisation of every column of the entry, equal on every machine."""
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
def extend_by_batch() -> int:
    """Link up to a batch of new entries to the chain; returns their number.

    Returns 0 at once while another process holds the chain lock.
    """
    if not try_lock(CHAIN_LOCK):
        return 0
    last = AuditSeal.objects.order_by("-pk").first()
    previous = bytes(last.digest) if last else GENESIS
    links = []
    for entry in AuditEntry.objects.filter(seal__isnull=True).order_by("pk")[:BATCH]:
        previous = digest(previous, entry)
        links.append(AuditSeal(entry=entry, digest=previous))
    AuditSeal.objects.bulk_create(links)
    return len(links)


def first_broken(anchors: Iterable[AuditAnchor] = ()) -> int | None:
    """The key of the first altered or missing entry; None for an intact chain.

    An entry is altered if it does not match its digest or an anchor taken at it, and
    missing if an anchor names it and the trail ends before it.
    """
    # One entry may have several anchors, all of which have to match.
    expected: defaultdict[int, set[tuple[int, bytes]]] = defaultdict(set)
    for anchor in anchors:
        expected[anchor.last_entry].add((anchor.entries, bytes(anchor.digest)))
    previous = GENESIS
    links = AuditSeal.objects.select_related("entry").order_by("pk")
    for count, link in enumerate(links.iterator(chunk_size=BATCH), start=1):
        previous = digest(previous, link.entry)
        anchored = expected.pop(link.entry_id, set())
        if previous != bytes(link.digest) or anchored - {(count, previous)}:
            return link.entry_id
    return min(expected, default=None)
