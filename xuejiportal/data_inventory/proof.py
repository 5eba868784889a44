"""What is kept of people who prove their identity or dispute one."""

from django.conf import settings

from support.tasks import forget_evidence
from verification.assisted import services as assisted
from verification.receivers import end_claims_of_deleted_account
from verification.tasks import forget_ended, forget_old_disputes, forget_old_facts
from xuejiportal.data_inventory.entries import Entry, Kept, span

_EVIDENCE = span(settings.EVIDENCE_DAYS)
_ENDED = span(settings.ENDED_DAYS)
_DISPUTE = Kept(f"{_EVIDENCE} after the dispute is over", (forget_old_disputes,))
_NO_ONE = "no one; the portal compares it"
_PARTIES = "the person who wrote it; registrars of the school that decides"

ENTRIES = (
    Entry(
        "verification.AssistCode",
        {"code_hash": "code a student shows at the school"},
        why="so that staff find the account of the person before them",
        kept=Kept(
            f"good for {span(assisted.CODE_TTL)}; until used or replaced", (assisted.assist,)
        ),
        seen_by=_NO_ONE,
    ),
    Entry(
        "verification.VerificationAttempt",
        {"facts_sealed": "name, certificate number and third item as stated"},
        why="to compare them with the register, later imports included",
        kept=Kept(
            f"until verified, otherwise {span(settings.FACTS_DAYS)}; not longer than the account",
            (forget_old_facts, end_claims_of_deleted_account),
        ),
        seen_by=f"{_NO_ONE}; in help face to face the member of staff",
        sensitive=("facts_sealed",),
    ),
    Entry(
        "verification.VerificationAttempt",
        {
            "outcome": "what the comparison found",
            "certificate_hash": "the number stated",
            "name_hash": "the name stated",
            "prefix_hash": "region and date of birth in the number",
            "address_hash": "network address of the attempt",
        },
        why="to count attempts and stop guessing",
        kept=Kept(
            f"{span(settings.FACTS_DAYS)}; at most as long as the account. The outcome: as long "
            "as the account",
            (forget_old_facts, end_claims_of_deleted_account),
        ),
        seen_by=_NO_ONE,
        sensitive=("certificate_hash",),
    ),
    Entry(
        "verification.Claim",
        {
            "certificate_hash": "certificate number of the person",
            "series": "series of certificates it belongs to",
            "institution_code": "school it was proved to",
            "method": "how it was proved",
            "item_hash": "third item that was stated",
        },
        why="one account a person at each school",
        kept=Kept(
            f"while it holds, at most as long as the account; {_ENDED} after it ended",
            (end_claims_of_deleted_account, forget_ended),
        ),
        seen_by="the owner; registrars of the school",
        sensitive=("certificate_hash",),
    ),
    Entry(
        "verification.ClaimAlert",
        {"institution_code": "school whose record was claimed"},
        why="so that the phone the school knows can object",
        kept=Kept(
            f"{_ENDED} after it was sent or decided; where it ended a claim, as long as the "
            "account that is barred",
            (forget_ended,),
        ),
        seen_by="the reader of the text message; registrars of the school",
    ),
    Entry(
        "verification.Dispute",
        {
            "facts_sealed": "name and certificate number the claimant states",
            "statement_sealed": "what the claimant wrote",
            "objection_sealed": "what the holder wrote",
        },
        why="to decide who the person is",
        kept=_DISPUTE,
        seen_by=_PARTIES,
        sensitive=("facts_sealed",),
    ),
    Entry(
        "verification.Dispute",
        {
            "classmates": "student numbers of classmates who were named",
            "stated_school": "school the claimant named",
            "reason_sealed": "why the school decided so",
        },
        why="to decide who the person is, and to account for the decision",
        kept=Kept(f"{_ENDED} after the dispute is over", (forget_ended,)),
        seen_by="both sides read the reason; registrars of the school that decides",
    ),
    Entry(
        "verification.Dispute",
        {
            "certificate_hash": "certificate number in dispute",
            "institution_code": "school that decides",
            "outcome": "what the comparison found",
            "decision": "what was decided",
        },
        why="to bar an account from claiming again what was decided not to be its own",
        kept=Kept(
            f"{_ENDED} after the dispute is over; a decision against an account as long as that "
            "account",
            (forget_ended,),
        ),
        seen_by="registrars of the school that decides",
        sensitive=("certificate_hash",),
    ),
    Entry(
        "verification.Vouch",
        {"answer": "whether a classmate or counselor knows the claimant"},
        why="to decide who the person is",
        kept=Kept(f"{_ENDED} after the dispute is over", (forget_ended,)),
        seen_by="the person who answered; registrars of the school that decides",
    ),
    Entry(
        "enrollment.EvidenceFile",
        {
            "stored_as": "scan or photograph given as evidence (name of the sealed file)",
            "media_type": "kind of file",
        },
        why="to prove what a report or dispute says",
        kept=Kept(
            f"{_EVIDENCE} after the report or dispute is settled",
            (forget_evidence, forget_old_disputes),
        ),
        seen_by="the person who gave it; registrars of the school",
        sensitive=("stored_as",),
    ),
)
