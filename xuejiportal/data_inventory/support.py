"""What is kept of reports, reminders and digests."""

from django.conf import settings

from support.tasks import forget_words
from xuejiportal.data_inventory.entries import Entry, Kept, span

_WORDS = Kept(f"{span(settings.ENDED_DAYS)} after the report is settled", (forget_words,))
_STAFF = "the person who reported; registrars of the school and counselors of the class"

ENTRIES = (
    Entry(
        "support.Report",
        {"cause": "what is wrong"},
        why="to mend what is wrong in the register, and for the school's statistics",
        kept=Kept("no limit"),
        seen_by=_STAFF,
    ),
    Entry(
        "support.Report",
        {
            "stated_sealed": "name, class as written, what the register says, what it should be",
            "name_hash": "keyed hash of the name, to find the report by it",
        },
        why="to mend what is wrong in the register",
        kept=_WORDS,
        seen_by=_STAFF,
        sensitive=("stated_sealed",),
    ),
    Entry(
        "support.ReportEntry",
        {"words_sealed": "questions and answers"},
        why="to mend what is wrong in the register",
        kept=_WORDS,
        seen_by=_STAFF,
    ),
    Entry(
        "support.Digest",
        {"rhythm": "how often a member of staff wants a digest", "sent_on": "day of the last one"},
        why="to send digests",
        kept=Kept("no limit; with the account's row"),
        seen_by="the member of staff",
    ),
    Entry(
        "support.Reminded",
        {"day": "day on which a student was reminded"},
        why="not to remind the same person twice a day",
        kept=Kept(f"{span(settings.ENDED_DAYS)}; at most as long as the record", (forget_words,)),
        seen_by="counselors of the class, as a count",
    ),
)
