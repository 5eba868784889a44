"""身份异议: another account holds my record (guide rows 35, 36).

The claimant sees the same pages whatever is found: comparing, notifying the holder and freezing
are done in the background after the response.
"""

from verification.disputes.common import DISPUTES, Statement, TooLateError
from verification.disputes.decision import (
    CannotHoldError,
    IsSomeoneElseError,
    TooEarlyError,
    decide,
    undo_decision,
)
from verification.disputes.holder_objections import object_to
from verification.disputes.opening import (
    TooManyDisputesError,
    look_into,
    not_looked_into,
    open_dispute,
    withdraw,
)
from verification.disputes.records import records_by_dispute, records_of
from verification.disputes.vouches import vouch

__all__ = [
    "DISPUTES",
    "CannotHoldError",
    "IsSomeoneElseError",
    "Statement",
    "TooEarlyError",
    "TooLateError",
    "TooManyDisputesError",
    "decide",
    "look_into",
    "not_looked_into",
    "object_to",
    "open_dispute",
    "records_by_dispute",
    "records_of",
    "undo_decision",
    "vouch",
    "withdraw",
]
