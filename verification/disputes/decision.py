"""The registrar's decision about who holds the records, and undoing it."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify
from database.clock import database_now
from verification.claims.services import is_someone_else, may_hold_records
from verification.disputes.common import TooLateError, lock_dispute, note
from verification.disputes.holder_objections import involve_holder
from verification.disputes.records import freeze, move, records_of, thaw
from verification.models import Decision, Dispute, DisputeState

UNDO_DAYS = 30


class TooEarlyError(Exception):
    """The holder can still object."""


class CannotHoldError(TooLateError):
    """The account that would get the records is staff's, was closed, or is going to be deleted."""


class IsSomeoneElseError(TooLateError):
    """The account that would get the records has been verified as another person since."""


def decide(*, dispute: Dispute, decision: Decision, reason: str, by: User) -> None:
    """Store the registrar's decision and make its winner the holder of the records.

    Raises TooEarlyError while the holder can still object, CannotHoldError and
    IsSomeoneElseError of a claimant who cannot get the records, and TooLateError. Records without a
    holder can be decided for the claimant or for neither side. If the holder has not been
    notified (the facts did not match), they are notified first and may object.
    """
    with transaction.atomic():
        found = lock_dispute(dispute, state=DisputeState.OPEN)
        if found is None or not _is_possible(found, decision):
            raise TooLateError
        if decision == Decision.CLAIMANT:
            _refuse_unfit(found.claimant, found)
        if decision == Decision.CLAIMANT and found.holder is None:
            involve_holder(found, records_of(found))
            found.save()
        ripe = found.can_be_decided_at(database_now())
        if ripe:
            _conclude(found, decision, reason, by)
    if not ripe:
        raise TooEarlyError


def undo_decision(*, dispute: Dispute, by: User) -> None:
    """Restore the earlier holder and reopen the dispute.

    Raises TooLateError after UNDO_DAYS, once the stated facts are deleted, or once the records
    have another holder or are another person's; CannotHoldError and IsSomeoneElseError of an
    earlier holder who cannot get them back.
    """
    with transaction.atomic():
        since = Now() - timedelta(days=UNDO_DAYS)
        found = lock_dispute(dispute, state=DisputeState.DECIDED, decided_at__gte=since)
        if found is None or not bytes(found.facts_sealed) or not _is_unchanged(found):
            raise TooLateError
        if _moves(found):
            if found.holder is not None:
                _refuse_unfit(found.holder, found)
            move(found, found.holder, claimed_at=found.holder_claimed_at)
        found.state, found.decision, found.decided_at = DisputeState.OPEN, "", None
        found.save()
        if found.holder is not None:
            freeze(records_of(found))
        note("undo_dispute", found, by)
        _notify_both(found, "dispute_reopened")


def _conclude(found: Dispute, decision: Decision, reason: str, by: User) -> None:
    found.state, found.decision, found.decided_by = DisputeState.DECIDED, decision, by
    found.decided_at, found.reason_sealed = database_now(), found.sealed(reason, "reason")
    found.save()
    if _moves(found):
        move(found, found.claimant if decision == Decision.CLAIMANT else None)
    thaw(found.certificate_hash, found.institution_code)
    note("decide_dispute", found, by, {"decision": decision})
    _notify_both(found, "dispute_decided")


def _is_possible(dispute: Dispute, decision: Decision) -> bool:
    """Whether ``decision`` is possible: a holder must exist to win, records to go to a claimant."""
    if decision == Decision.HOLDER:
        return dispute.holder is not None
    if decision == Decision.NEITHER:
        return True
    return bool(records_of(dispute))


def _refuse_unfit(account: User, dispute: Dispute) -> None:
    """Raise CannotHoldError or IsSomeoneElseError if ``account`` may not get the records.

    It is locked, and what it was when the dispute was opened may have changed since.
    """
    if not may_hold_records(account):
        raise CannotHoldError
    if is_someone_else(account, bytes(dispute.certificate_hash)):
        raise IsSomeoneElseError


def _moves(dispute: Dispute) -> bool:
    """Whether the decision changes the holder of the records."""
    neither = dispute.decision == Decision.NEITHER and dispute.holder is not None
    return neither or dispute.decision == Decision.CLAIMANT


def _is_unchanged(dispute: Dispute) -> bool:
    if dispute.decision == Decision.NEITHER and dispute.holder is None:
        return True
    expected = {
        Decision.CLAIMANT: dispute.claimant_id,
        Decision.HOLDER: dispute.holder_id,
        Decision.NEITHER: None,
    }[Decision(dispute.decision)]
    records = records_of(dispute)
    if _moves(dispute) and not records:  # they have become another person's
        return False
    return all(record.holder_id == expected for record in records)


def _notify_both(dispute: Dispute, kind: str) -> None:
    mine = reverse("verification:dispute")
    notify(account=dispute.claimant, kind=kind, path=mine)
    if dispute.holder is not None:
        theirs = reverse("verification:objection", args=[dispute.key])
        notify(account=dispute.holder, kind=kind, path=theirs)
