"""Face to face: a member of staff opens the record for the student before them.

For those who cannot prove themselves: no third item at hand, tries used up, a
certificate that no form takes. The student shows a short code of their own
account, so that the right account is found; the member of staff has seen the
person and the certificate, and says why.
"""

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

import audit.services as trail
from accounts.models import User
from accounts.notices import tell
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from enrollment.services import RecordHeldError
from vault.lookup import keyed_hash
from verification.matching import Match
from verification.models import AssistCode, Claim, ClaimMethod, Outcome, VerificationAttempt
from verification.services import claim_found

LIFE = timedelta(minutes=30)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
TRIES_PER_DAY = 30  # of one member of staff
UNDO_DAYS = 30


class UnknownCodeError(Exception):
    """No account shows this code now."""


class TooManyTriesError(Exception):
    """The member of staff has tried too many codes today."""


class NotFreeError(Exception):
    """The record or the account is taken, or the account works here; nothing was changed."""


def new_code(*, account: User) -> str:
    """A code that finds ``account`` for half an hour; an earlier one is void."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    expires = timezone.now() + LIFE
    AssistCode.objects.update_or_create(
        account=account, defaults={"code_hash": _hash(code), "expires_at": expires}
    )
    return f"{code[:4]}-{code[4:]}"


def assist(*, record: StudentRecord, code: str, reason: str, by: User) -> User:
    """Make the account that shows ``code`` the holder of ``record``'s person; who it is.

    The person's records at this school open; those of other schools stay closed.
    Raises UnknownCodeError, TooManyTriesError, NotFreeError.
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
            claim_found(
                account=account,
                found=found,
                certificate_hash=bytes(record.certificate_hash),
                told=True,
            )
            VerificationAttempt.objects.filter(account=account).update(facts_sealed=b"")
            AssistCode.objects.filter(account=account).delete()
            _note("assist", record, by, reason)
            tell(account=account, kind="assisted", path=reverse("enrollment:status"), always=True)
    except (IntegrityError, RecordHeldError) as error:
        raise NotFreeError from error
    return account


def undo_assist(*, record: StudentRecord, reason: str, by: User) -> bool:
    """Take the records back from whom they were opened for; False when it is too late."""
    with transaction.atomic():
        claim = assisted_claim(record)
        if claim is None:
            return False
        Claim.objects.filter(pk=claim.pk).update(ended_at=Now())
        StudentRecord.objects.filter(
            institution=record.institution_id,
            certificate_hash=record.certificate_hash,
            holder=claim.account,
        ).update(holder=None, claimed_at=None)
        _note("undo_assist", record, by, reason)
    return True


def assisted_claim(record: StudentRecord) -> Claim | None:
    """The claim by which the school opened ``record``, while that can be taken back."""
    return Claim.objects.filter(
        account=record.holder_id,
        certificate_hash=record.certificate_hash,
        institution_code=record.institution.code,
        method=ClaimMethod.ASSISTED,
        ended_at=None,
        claimed_at__gte=timezone.now() - timedelta(days=UNDO_DAYS),
    ).first()


def refuse_after_too_many_tries(by: User) -> None:
    """Raise TooManyTriesError when ``by`` has typed too many wrong codes today."""
    today = AuditEntry.objects.filter(
        actor_id=by.pk,
        action="verification.assist_try",
        at__gte=timezone.now() - timedelta(days=1),
    )
    if today.count() >= TRIES_PER_DAY:
        raise TooManyTriesError


def note_wrong_code(by: User) -> None:
    """Count one wrong code of ``by``, in the trail."""
    trail.record(action="verification.assist_try", actor_id=by.pk)


def _account_of(code: str, by: User) -> User:
    refuse_after_too_many_tries(by)
    found = AssistCode.objects.filter(code_hash=_hash(code), expires_at__gt=timezone.now())
    shown = found.select_related("account").first()
    if shown is not None:
        return shown.account
    note_wrong_code(by)
    raise UnknownCodeError


def _hash(code: str) -> bytes:
    typed = "".join(c for c in code.upper() if c.isalnum())
    return keyed_hash("assist-code", typed)


def _note(act: str, record: StudentRecord, by: User, reason: str) -> None:
    trail.record(
        action=f"verification.{act}",
        actor_id=by.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
        reason=reason,
    )
