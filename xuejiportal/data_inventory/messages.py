"""What the outbox, the audit trail and the logs keep."""

from delivery import services as delivery
from delivery.outbox import transitions
from delivery.tasks import RETENTION, RETURNS_RETENTION, prune_outbox, sweep_outbox
from xuejiportal.data_inventory.entries import CLEAR, MASKED, Entry, Kept, Outside, span

ENTRIES = (
    Entry(
        "delivery.OutboxMessage",
        {"sealed": "recipient and text of a message"},
        why="to send it",
        kept=Kept(
            "until it has been sent, failed or given up", (sweep_outbox, transitions.record_receipt)
        ),
        seen_by="the recipient",
    ),
    Entry(
        "delivery.OutboxMessage",
        {
            "masked_recipient": "phone or mailbox, half hidden",
            "domain": "domain of the mailbox",
            "recipient_hash": "the mailbox, for knowing a bounce again",
            "language": "language of the message",
            "purpose": "what the message is for",
            "kind": "kind of message",
            "reference": "key of what it is about",
        },
        why="to tell whether a message arrived",
        kept=Kept(
            f"{span(RETENTION)}; the recipient until the account is deleted",
            (prune_outbox, delivery.forget_account),
        ),
        seen_by="the person it was sent for; the operator",
        forms={"masked_recipient": MASKED},
    ),
    Entry(
        "delivery.ReturnedMail",
        {"recipient_hash": "mailbox from which mail came back", "status": "why"},
        why="to tell the owner that mail does not arrive",
        kept=Kept(f"{span(RETURNS_RETENTION)}, or until mail arrives again", (prune_outbox,)),
        seen_by="the owner",
    ),
    Entry(
        "audit.AuditEntry",
        {
            "actor_id": "number of the account that acted",
            "action": "what was done",
            "subject_type": "to what kind of thing",
            "subject_key": "its random key",
            "institution_code": "school",
            "reason": "reason the member of staff gave",
            "detail": "counts, keys and names of fields",
        },
        why="who read or changed whose data (PIPL 51, 54)",
        kept=Kept("no limit: nothing of the trail is ever deleted"),
        seen_by="auditors; the holder those about the own record",
    ),
)

OUTSIDE = (
    Outside(
        "log of the web server (`deploy/nginx.conf`)",
        "network address, time, the words of the address asked for",
        "to find failures and attacks",
        Kept("as `logrotate` of the machine is told; keep 183 days or more (GB/T 22239)"),
        "the operator",
        CLEAR,
    ),
)
