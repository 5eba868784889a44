"""Verification attempts and claims: starting, submitting and settling them."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Now

from accounts.consent.services import give_consent
from accounts.models import Purpose, User
from accounts.password_state import lock_account, lock_undeleted
from audit.services import record_action
from enrollment.models import StudentRecord
from enrollment.queries import records_held_by
from enrollment.records.replaced_phones import replaced_phones
from enrollment.records.sealed import certificate_number
from enrollment.records.services import RecordHeldError, claim_records
from enrollment.records.withholding import end_of_delay
from verification.claims import limits
from verification.claims.alerts import notify_known_phones
from verification.claims.matching import Match, item_hash, match, series_of
from verification.facts import Facts, canonical_item
from verification.models import (
    OPEN_STATES,
    AttemptState,
    Claim,
    ClaimMethod,
    Outcome,
    VerificationAttempt,
)
from verification.search_progress import enqueue_progress


class NothingToSubmitError(Exception):
    """The account has no attempt at this step (double click, outdated page), or is deleted."""


def start_attempt(
    *, account: User, facts: Facts, address_hash: bytes = b"", agrees: bool = False
) -> VerificationAttempt:
    """Store ``facts`` as the account's open attempt, replacing an earlier draft.

    ``agrees``: the same form gave the consent to the use of the number, stored with it. Raises
    NothingToSubmitError if the account was deleted meanwhile.
    """
    with transaction.atomic():
        if lock_undeleted(account.pk) is None:
            raise NothingToSubmitError
        if agrees:
            give_consent(account=account, purpose=Purpose.IDENTITY)
        return _store_attempt(account, facts, address_hash)


def start_further(*, account: User, third_item: str, address_hash: bytes = b"") -> bool:
    """Store an attempt for another record of the person whose record ``account`` holds.

    Returns False if it holds none. Name and number come from the record, which is read under
    the account's lock: a school that takes it back meanwhile also deletes what is stored here.
    Of numbers corrected in some of its records alone, one that others' records have is searched.
    """
    others = StudentRecord.objects.filter(certificate_hash=OuterRef("certificate_hash"))
    is_elsewhere = Exists(others.exclude(Q(holder=account) & Q(holder__isnull=False)))
    with transaction.atomic():
        lock_account(account.pk)
        held = records_held_by(account).order_by(is_elsewhere.desc(), "-entry_date", "-pk").first()
        if held is None:
            return False
        facts = Facts(held.name, held.certificate_type, certificate_number(held), third_item)
        _store_attempt(account, facts, address_hash)
    return True


def submit_attempt(*, account: User, proved: bool = False, address_factor: int = 1) -> AttemptState:
    """Compare the account's draft with the registry and claim what matches.

    ``proved``: a valid proof of work was submitted; ``address_factor``: see
    ``limits.check_limits``. If the registry does not know the account's confirmed phone, the
    third item is asked next, whether or not anything else fits. Raises NothingToSubmitError,
    limits.LimitReachedError.
    """
    with transaction.atomic():
        account = lock_account(account.pk)
        attempt = _lock_attempt(account, AttemptState.DRAFT)
        limits.check_limits(attempt, proved=proved, address_factor=address_factor)
        found = claim_match(account, attempt.facts)
        asks_on = bool(account.phone_confirmed_at) and not attempt.facts.third_item
        failure = AttemptState.THIRD_ITEM if asks_on else AttemptState.UNMATCHED
        return settle(attempt, found, failure, submitted_at=Now())


def answer_third_item(*, account: User, third_item: str) -> AttemptState:
    """Compare again with the third item added. Raises NothingToSubmitError."""
    with transaction.atomic():
        account = lock_account(account.pk)
        attempt = _lock_attempt(account, AttemptState.THIRD_ITEM)
        known = attempt.facts
        facts = Facts(known.name, known.certificate_type, known.number, third_item)
        attempt.facts_sealed = facts.seal(attempt.key)
        return settle(attempt, claim_match(account, facts), AttemptState.UNMATCHED)


def _store_attempt(account: User, facts: Facts, address_hash: bytes) -> VerificationAttempt:
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
    return attempt


def _close_open_attempts(account: User) -> None:
    """Delete the draft; an attempt already compared with the registry is kept and counts."""
    attempts = VerificationAttempt.objects.filter(account=account, state__in=OPEN_STATES)
    state = attempts.values_list("state", flat=True).first()  # a constraint allows one
    if state == AttemptState.DRAFT:
        attempts.delete()
    elif state is not None:
        attempts.update(state=AttemptState.UNMATCHED)


def _lock_attempt(account: User, state: AttemptState) -> VerificationAttempt:
    """The account's attempt in ``state``, locked; the account is locked before it."""
    found = VerificationAttempt.objects.select_for_update().filter(account=account, state=state)
    attempt = found.first()
    if attempt is None:
        raise NothingToSubmitError
    return attempt


def claim_match(account: User, facts: Facts) -> Match:
    """Match the facts and claim the records found; a lost race reads as already claimed."""
    found = match(facts, account)
    if found.outcome != Outcome.MATCHED:
        return found
    item = item_hash(facts.third_item) if canonical_item(facts.third_item) else b""
    number = facts.certificate_hash
    try:
        claim_found(account=account, found=found, certificate_hash=number, item=item)
    except (IntegrityError, RecordHeldError):
        return Match(Outcome.ALREADY_CLAIMED)
    return found


def claim_found(
    *,
    account: User,
    found: Match,
    certificate_hash: bytes,
    item: bytes = b"",
    told: bool = False,
    helper: User | None = None,
) -> None:
    """Make ``account`` the holder of the records in ``found`` and alert the phones in the registry.

    ``told``: the account is notified by a text message of its own. ``helper``: the member of
    staff who opens the records. These are then withheld, and so are further ones until then, and
    any record whose phone was recently replaced by an import. Raises IntegrityError and
    RecordHeldError, with nothing changed: also if the account has become staff's, was closed or
    waits for its deletion, which is read under its lock.
    """
    with transaction.atomic():
        if not may_hold_records(lock_account(account.pk)):
            raise RecordHeldError
        if is_someone_else(account, certificate_hash):
            raise RecordHeldError
        mine = Claim.objects.filter(account=account, ended_at=None)
        proved = set(mine.values_list("institution_code", flat=True))
        Claim.objects.bulk_create(
            Claim(
                account=account,
                certificate_hash=certificate_hash,
                series=series_of([r for r in found.records if r.institution.code == code]),
                institution_code=code,
                method=method,
                item_hash=item if method == ClaimMethod.SELF else b"",
                assisted_by=helper,
            )
            for code, method in found.methods.items()
            if code not in proved
        )
        waits = account.held_records.filter(withheld_until__gt=Now())
        until = waits.aggregate(last=Max("withheld_until"))["last"]
        replaced = {record.pk: replaced_phones(record) for record in found.records}
        if helper is not None or any(replaced.values()):
            until = end_of_delay()
        claim_records(account=account, records=found.records, withheld_until=until)
        notify_known_phones(account=account, records=found.records, replaced=replaced, told=told)


def is_someone_else(locked: User, certificate_hash: bytes) -> bool:
    """Whether the account, read under its lock, has proved to be a person of other numbers alone.

    A school that corrects a wrong number does so for its own records, and for one of two rows:
    until the others follow, the same person has both numbers. A record counts although its claim
    has ended: by a decision about another person with the same number.
    """
    claims = Claim.objects.filter(account=locked, ended_at=None)
    proved = claims.values_list("certificate_hash", flat=True)
    held = locked.held_records.values_list("certificate_hash", flat=True)
    numbers = {bytes(number) for number in proved.union(held)}
    return bool(numbers) and certificate_hash not in numbers


def may_hold_records(locked: User) -> bool:
    """Whether the account, read under its lock, is a student's that neither was closed nor will be.

    Its consents are withdrawn when its deletion is asked for.
    """
    return locked.is_active and locked.is_student and locked.deletion_due_at is None


def settle(
    attempt: VerificationAttempt, found: Match, failure: AttemptState, **changes: object
) -> AttemptState:
    """Store the outcome of the attempt, with the same statements for every failure."""
    state = AttemptState.VERIFIED if found.outcome == Outcome.MATCHED else failure
    VerificationAttempt.objects.filter(pk=attempt.pk).update(
        state=state, outcome=found.outcome, facts_sealed=attempt.facts_sealed, **changes
    )
    if state == AttemptState.VERIFIED:
        VerificationAttempt.objects.filter(account=attempt.account_id).update(facts_sealed=b"")
    record_action(
        action=f"verification.{state}",
        actor_id=attempt.account_id,
        subject_type="attempt",
        subject_key=attempt.key,
        detail={"outcome": found.outcome},
    )
    if state != AttemptState.VERIFIED:
        enqueue_progress(attempt)
    return state
