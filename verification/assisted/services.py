"""Face-to-face help: a member of staff opens a record for the student who is present.

For students who cannot verify themselves: no third item at hand, no attempts left, or a
certificate that the form does not accept. The student shows a short code from their own account,
which identifies the account; the member of staff has checked the person and the certificate, and
states a reason.
"""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import Rescue, User
from accounts.notices.services import notify
from accounts.password_state import lock_account, lock_accounts
from accounts.privacy.personal_data import notify_auditors
from accounts.short_codes import draw_code, grouped, typed_code
from audit.models import AuditEntry
from audit.services import record_action
from enrollment.models import StudentRecord
from enrollment.queries import institutions_of
from enrollment.records.replaced_phones import importers_of_phone
from enrollment.records.services import RecordHeldError
from enrollment.records.withholding import release
from vault.lookup import keyed_hash
from verification.claims.ending import end_claims
from verification.claims.matching import Match
from verification.claims.services import claim_found
from verification.models import (
    AssistCode,
    Claim,
    ClaimMethod,
    Dispute,
    Outcome,
    VerificationAttempt,
)

CODE_TTL = timedelta(minutes=30)
CODE_LENGTH = 8
MAX_WRONG_CODES_PER_DAY = 30  # of one member of staff
UNDO_DAYS = 30


class UnknownCodeError(Exception):
    """The code is wrong or has expired."""


class TooManyTriesError(Exception):
    """The member of staff has entered too many wrong codes today."""


class TooManyAssistsError(Exception):
    """The member of staff has reached the daily limit of opened records and accounts."""


class NotFreeError(Exception):
    """The record or the account is taken, or the account belongs to staff; nothing was changed."""


def new_code(*, account: User) -> str:
    """A code that identifies ``account`` for half an hour; it replaces an earlier one."""
    code = draw_code(CODE_LENGTH)
    expires = Now() + CODE_TTL
    AssistCode.objects.update_or_create(
        account=account, defaults={"code_hash": _hash(code), "expires_at": expires}
    )
    return grouped(code)


def assist(*, record: StudentRecord, code: str, reason: str, by: User) -> User:
    """Make the account that shows ``code`` the holder of the records of ``record``'s person.

    Returns the account. Records of the same person at this school are opened, those at other
    schools are not. Photographs, full number and reports stay withheld for ASSISTED_DELAY_HOURS,
    unless a second person approves. Raises UnknownCodeError, TooManyTriesError, NotFreeError,
    TooManyAssistsError.
    """
    account = _account_of(code, by)
    if not account.is_student or account.pk == by.pk:
        raise NotFreeError
    records = list(
        StudentRecord.objects.filter(
            institution=record.institution_id,
            certificate_hash=record.certificate_hash,
            name_canonical=record.name_canonical,
        ).select_related("institution")
    )
    found = Match(Outcome.MATCHED, records, {record.institution.code: ClaimMethod.ASSISTED})
    try:
        with transaction.atomic():
            lock_accounts([account.pk, by.pk])
            count_assist(by)
            claim_found(
                account=account,
                found=found,
                certificate_hash=bytes(record.certificate_hash),
                told=True,
                helper=by,
            )
            VerificationAttempt.objects.filter(account=account).update(facts_sealed=b"")
            AssistCode.objects.filter(account=account).delete()
            _note("assist", record, by, reason)
            notify(account=account, kind="assisted", path=reverse("enrollment:status"), always=True)
    except (IntegrityError, RecordHeldError) as error:
        raise NotFreeError from error
    return account


def undo_assist(*, record: StudentRecord, reason: str, by: User) -> bool:
    """End the claim that staff opened and release its records; False when it is too late."""
    with transaction.atomic():
        claim = assisted_claim(record)
        if claim is None:
            return False
        end_claims(Claim.objects.filter(pk=claim.pk))
        StudentRecord.objects.filter(
            institution=record.institution_id,
            certificate_hash=record.certificate_hash,
            holder=claim.account,
        ).update(holder=None, claimed_at=None, withheld_until=None)
        _note("undo_assist", record, by, reason)
    return True


def assisted_claim(record: StudentRecord) -> Claim | None:
    """The claim by which staff opened ``record``, while it can still be undone."""
    return Claim.objects.filter(
        account=record.holder_id,
        certificate_hash=record.certificate_hash,
        institution_code=record.institution.code,
        method=ClaimMethod.ASSISTED,
        ended_at=None,
        claimed_at__gte=Now() - timedelta(days=UNDO_DAYS),
    ).first()


def approve_assist(*, record: StudentRecord, by: User) -> bool:
    """Open withheld parts at once; False if ``by`` was the helper, or if nothing is withheld."""
    if record.holder_id is None or by.pk in helpers_of(record):
        return False
    mine = StudentRecord.objects.filter(
        holder=record.holder_id, institution__in=institutions_of(by)
    )
    with transaction.atomic():
        if not release(records=mine):
            return False
        _note("approve_assist", record, by, "")
    return True


def helpers_of(record: StudentRecord) -> set[int]:
    """The staff by whom the holder got ``record``, or another one: none is the second person.

    They opened it, recovered the account, imported its phone, decided on it or undid a decision.
    An approval opens all records of the holder at the school, so that all of them count, and
    decisions about these numbers at any school.
    """
    held = StudentRecord.objects.filter(
        Q(holder=record.holder_id) & ~Q(holder=None) | Q(pk=record.pk)
    )
    claims = Claim.objects.filter(account=record.holder_id, ended_at=None)
    rescues = Rescue.objects.filter(account=record.holder_id)
    disputes = Dispute.objects.filter(certificate_hash__in=held.values("certificate_hash"))
    keys = [str(key) for key in disputes.values_list("key", flat=True)]
    undone = AuditEntry.objects.filter(
        subject_type="dispute", subject_key__in=keys, action="verification.undo_dispute"
    )
    found = claims.values_list("assisted_by", flat=True).union(
        rescues.values_list("opened_by"),
        disputes.values_list("decided_by"),
        undone.values_list("actor_id"),
    )
    helped = {key for key in found if key}
    return helped.union(*map(importers_of_phone, held))


def count_assist(by: User) -> None:
    """Count one record or account that ``by`` opens; reaching the daily limit alerts auditors.

    The last 24 hours count, so that nobody opens twice as many around midnight. Call it inside
    the transaction of the act. Raises TooManyAssistsError.
    """
    lock_account(by.pk)
    acts = ("verification.assist", "verification.rescue")
    since = Now() - timedelta(days=1)
    done = AuditEntry.objects.filter(actor_id=by.pk, action__in=acts, at__gte=since).count()
    if done >= settings.ASSISTS_PER_DAY:
        raise TooManyAssistsError
    if done + 1 == settings.ASSISTS_PER_DAY:
        record_action(
            action="verification.assist_alarm",
            actor_id=by.pk,
            subject_type="account",
            subject_key=by.key,
            detail={"most": settings.ASSISTS_PER_DAY},
        )
        notify_auditors(kind="assist_alarm")


def refuse_after_too_many_tries(by: User) -> None:
    """Raise TooManyTriesError when ``by`` has entered too many wrong codes in the last 24 hours."""
    today = AuditEntry.objects.filter(
        actor_id=by.pk,
        action="verification.assist_try",
        at__gte=Now() - timedelta(days=1),
    )
    if today.count() >= MAX_WRONG_CODES_PER_DAY:
        raise TooManyTriesError


def note_wrong_code(by: User) -> None:
    """Record one wrong code of ``by`` in the audit trail, where it is counted."""
    record_action(action="verification.assist_try", actor_id=by.pk)


def _account_of(code: str, by: User) -> User:
    refuse_after_too_many_tries(by)
    found = AssistCode.objects.filter(code_hash=_hash(code), expires_at__gt=Now())
    shown = found.select_related("account").first()
    if shown is not None:
        return shown.account
    note_wrong_code(by)
    raise UnknownCodeError


def _hash(code: str) -> bytes:
    return keyed_hash("assist-code", typed_code(code))


def _note(act: str, record: StudentRecord, by: User, reason: str) -> None:
    record_action(
        action=f"verification.{act}",
        actor_id=by.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
        reason=reason,
    )
