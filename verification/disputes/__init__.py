"""身份异议: somebody else's account holds my record (guide rows 35, 36).

What a claimant reads is the same whatever is found: the comparison, the notice
to the holder and the freezing happen in the background, after the page.
"""

from verification.disputes.common import DISPUTES, Statement, TooLateError
from verification.disputes.decision import TooEarlyError, decide, undo_decision
from verification.disputes.objection import object_to, vouch
from verification.disputes.opening import (
    TooManyDisputesError,
    look_into,
    not_looked_into,
    open_dispute,
    withdraw,
)
from verification.disputes.records import records_of

__all__ = [
    "DISPUTES",
    "Statement",
    "TooEarlyError",
    "TooLateError",
    "TooManyDisputesError",
    "decide",
    "look_into",
    "not_looked_into",
    "object_to",
    "open_dispute",
    "records_of",
    "undo_decision",
    "vouch",
    "withdraw",
]
