"""Proving that an account is a registered person."""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

import audit.services as trail
from accounts.models import User
from enrollment.services import RecordHeldError, claim_records
from verification import limits
from verification.facts import Facts
from verification.matching import Match, match, series_of
from verification.models import OPEN_STATES, AttemptState, Claim, Outcome, VerificationAttempt
from verification.progress import tell_progress


class NothingToSubmitError(Exception):
    """The account has no attempt that waits for this step (a second click, an old page)."""


def start_attempt(*, account: User, facts: Facts, address_hash: bytes = b"") -> VerificationAttempt:
    """Keep ``facts`` as the account's open attempt, in place of an earlier draft."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=account.pk)
        _close_open_attempts(account)
        attempt = VerificationAttempt(
            account=account,
            certificate_hash=facts.certificate_hash,
            name_hash=facts.name_hash,
            prefix_hash=facts.prefix_hash,
            address_hash=address_hash,
        )
        attempt.facts_sealed = facts.seal(attempt.key)
        attempt.save(force_insert=True)
        tell_progress(attempt)
    return attempt


def submit_attempt(*, account: User) -> AttemptState:
    """Compare the account's draft with the registry and claim what matches.

    An account with a confirmed phone that no school knows is asked for the
    third item next, whether or not anything else fits. Raises
    NothingToSubmitError, limits.LimitReachedError.
    """
    with transaction.atomic():
        attempt = _lock_attempt(account, AttemptState.DRAFT)
        limits.ask(attempt)
        found = claim_match(account, attempt.facts)
        asks_on = bool(account.phone_confirmed_at) and not attempt.facts.third_item
        failure = AttemptState.THIRD_ITEM if asks_on else AttemptState.UNMATCHED
        return settle(attempt, found, failure, submitted_at=Now())


def answer_third_item(*, account: User, third_item: str) -> AttemptState:
    """Compare again, now with the third item. Raises NothingToSubmitError."""
    with transaction.atomic():
        attempt = _lock_attempt(account, AttemptState.THIRD_ITEM)
        known = attempt.facts
        facts = Facts(known.name, known.certificate_type, known.number, third_item)
        attempt.facts_sealed = facts.seal(attempt.key)
        return settle(attempt, claim_match(account, facts), AttemptState.UNMATCHED)


def _close_open_attempts(account: User) -> None:
    """Forget a draft; an attempt that already asked the registry stays and counts."""
    attempts = VerificationAttempt.objects.filter(account=account)
    attempts.filter(state=AttemptState.DRAFT).delete()
    attempts.filter(state__in=OPEN_STATES).update(state=AttemptState.UNMATCHED)


def _lock_attempt(account: User, state: AttemptState) -> VerificationAttempt:
    found = VerificationAttempt.objects.select_for_update().filter(account=account, state=state)
    attempt = found.first()
    if attempt is None:
        raise NothingToSubmitError
    return attempt


def claim_match(account: User, facts: Facts) -> Match:
    """Match and, when that succeeds, claim; a lost race reads as already claimed."""
    found = match(facts, account)
    if found.outcome != Outcome.MATCHED:
        return found
    try:
        with transaction.atomic():
            Claim.objects.create(
                account=account,
                certificate_hash=facts.certificate_hash,
                series=series_of(found.records),
                method=found.method,
            )
            claim_records(account=account, records=found.records)
    except (IntegrityError, RecordHeldError):
        return Match(Outcome.ALREADY_CLAIMED)
    return found


def settle(
    attempt: VerificationAttempt, found: Match, failure: AttemptState, **changes: object
) -> AttemptState:
    """Write what the attempt came to: the same statements for every failure."""
    state = AttemptState.VERIFIED if found.outcome == Outcome.MATCHED else failure
    VerificationAttempt.objects.filter(pk=attempt.pk).update(
        state=state, outcome=found.outcome, facts_sealed=attempt.facts_sealed, **changes
    )
    if state == AttemptState.VERIFIED:
        VerificationAttempt.objects.filter(account=attempt.account).update(facts_sealed=b"")
    trail.record(
        action=f"verification.{state}",
        actor_id=attempt.account_id,
        subject_type="attempt",
        subject_key=attempt.key,
        detail={"outcome": found.outcome},
    )
    tell_progress(attempt)
    return state
