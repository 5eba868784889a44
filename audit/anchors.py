"""Anchors: copies of the head of the chain, stored outside the reach of the database role.

A keyed chain proves that an entry was changed, but not that the newest entries were cut
off. So the number of chained entries, the last one and its digest are written each day
to the log (and by ``AUDIT_SYSLOG`` to another machine) and mailed to the auditors.
``verify_audit --anchors FILE`` compares them with the trail.
"""

import logging
import re
from collections.abc import Iterable

from audit.models import AuditAnchor, AuditSeal

logger = logging.getLogger(__name__)
_LINE = re.compile(r"audit-anchor entries=(\d{1,18}) last=(\d{1,18}) digest=([0-9a-f]{64})")
MAX_LINE = 10_000  # characters of one line that are searched


def take_anchor() -> AuditAnchor | None:
    """Store the current head of the chain and log it; None while the chain is empty."""
    head = AuditSeal.objects.order_by("-pk").first()
    if head is None:
        return None
    anchor = AuditAnchor.objects.create(
        entries=AuditSeal.objects.count(), last_entry=head.entry_id, digest=head.digest
    )
    logger.info("%s", line_of(anchor))
    return anchor


def line_of(anchor: AuditAnchor) -> str:
    """The anchor as one line of text, which ``anchors_in`` parses."""
    digest = bytes(anchor.digest).hex()
    return f"audit-anchor entries={anchor.entries} last={anchor.last_entry} digest={digest}"


def anchors_in(lines: Iterable[str]) -> list[AuditAnchor]:
    """Every anchor found in the lines of a log or an e-mail (not saved)."""
    found = (_LINE.search(line[:MAX_LINE]) for line in lines)
    return [
        AuditAnchor(entries=int(match[1]), last_entry=int(match[2]), digest=bytes.fromhex(match[3]))
        for match in found
        if match
    ]
