"""Anchors: the head of the chain, handed to places that the portal's database role cannot reach.

A keyed chain shows that an entry was changed, not that the newest ones were cut
off. Each day the number of sealed entries, the last of them and its digest leave
the portal, in its log (and by ``AUDIT_SYSLOG`` to another machine) and in a mail
to the auditors. ``verify_audit --anchors FILE`` compares them with the trail.
"""

import logging
import re
from collections.abc import Iterable

from audit.models import AuditAnchor, AuditSeal

logger = logging.getLogger(__name__)
_LINE = re.compile(r"audit-anchor entries=(\d{1,18}) last=(\d{1,18}) digest=([0-9a-f]{64})")
MAX_LINE = 10_000  # characters of one line that are looked at


def take_anchor() -> AuditAnchor | None:
    """Keep the present head of the chain and write it to the log; None while nothing is sealed."""
    head = AuditSeal.objects.order_by("-pk").first()
    if head is None:
        return None
    anchor = AuditAnchor.objects.create(
        entries=AuditSeal.objects.count(), last_entry=head.entry_id, digest=head.digest
    )
    logger.info("%s", line_of(anchor))
    return anchor


def line_of(anchor: AuditAnchor) -> str:
    """The anchor as a line of a log or a letter, as ``anchors_in`` reads it again."""
    digest = bytes(anchor.digest).hex()
    return f"audit-anchor entries={anchor.entries} last={anchor.last_entry} digest={digest}"


def anchors_in(lines: Iterable[str]) -> list[AuditAnchor]:
    """Every anchor found in a log or a letter (not saved)."""
    found = (_LINE.search(line[:MAX_LINE]) for line in lines)
    return [
        AuditAnchor(entries=int(match[1]), last_entry=int(match[2]), digest=bytes.fromhex(match[3]))
        for match in found
        if match
    ]
