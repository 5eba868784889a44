"""Corrections of single fields: applied at once, or for locked fields after the province's answer.

A correction is kept in the record's history: old and new value, a new version, who made it and
which document allows it. A student who had confirmed the field is asked to confirm it again.
"""

from dataclasses import dataclass
from datetime import date
from operator import ne
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record_action
from enrollment.fields.catalogue import LOCKED
from enrollment.fields.faults import RowFault, fault_message
from enrollment.identity.certificates import number_series
from enrollment.identity.number import mask_number
from enrollment.models import Correction, CorrectionState, FieldChange, StudentRecord
from enrollment.queries import institutions_of
from enrollment.records.change_notices import notify_of_correction
from enrollment.records.corrections.values import (
    Change,
    NotCorrectableError,
    canonical_value,
    present_value,
    stored_columns,
)
from enrollment.records.release import lock_holders, release_records
from enrollment.signals import certificate_changed, certificate_changing
from vault.cipher import seal, unseal
from vault.lookup import keyed_hash

# One wrong digit changes the check digit as well; two swapped digits change three characters.
MAX_CHARACTERS = 4


class AlreadyAskedError(Exception):
    """A correction of this field was submitted to the province and is not answered yet."""


def correct_record(
    *,
    record: StudentRecord,
    change: Change,
    by: User,
    report: UUID | None = None,
    answered: User | None = None,
) -> Correction:
    """Correct a field at once, or record that a locked one was submitted to the province.

    A locked field is corrected at once where the change names the province's approval.

    ``answered`` gets no separate notice, because the answer to their report mentions the
    correction. If the correction turns a held record into another person's, the record is
    released from its holder. Raises NotCorrectableError, AlreadyAskedError.
    """
    value = canonical_value(record, change)
    approval = change.approval
    waits = change.field in LOCKED and approval is None
    made = Correction(
        record=record,
        field=change.field,
        state=CorrectionState.SUBMITTED if waits else CorrectionState.APPLIED,
        document=approval.document if approval else change.document,
        report=report,
        made_by=by,
        submitted_on=timezone.localdate() if waits else None,
        result_on=None if waits else approval.on if approval else timezone.localdate(),
    )
    with transaction.atomic():
        if waits:
            made.new_sealed = seal(value.encode(), context=f"correction:{made.key}")
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise AlreadyAskedError from error
        if not waits:
            _apply(made, value, by, answered)
        _note(made, by)
    return made


@dataclass(frozen=True)
class ProvinceAnswer:
    """What the province answered: agreed or not, the day, and the number of its document."""

    accepted: bool
    on: date
    document: str = ""


def settle_submission(
    *, correction: Correction, answer: ProvinceAnswer, by: User, answered: User | None = None
) -> bool:
    """Enter the province's answer; False when another user has already entered one.

    ``answered`` gets no separate notice, because the answer to their report mentions it.
    Raises NotCorrectableError where the value or the record has become another person's since
    the submission.
    """
    state = CorrectionState.APPLIED if answer.accepted else CorrectionState.REFUSED
    document = answer.document or correction.document
    with transaction.atomic():
        waiting = Correction.objects.filter(pk=correction.pk, state=CorrectionState.SUBMITTED)
        settled = {"state": state, "result_on": answer.on, "document": document}
        if not waiting.update(**settled, new_sealed=b""):
            return False
        correction.state, correction.document = state, document
        if answer.accepted:
            sealed = correction.new_sealed
            value = unseal(sealed, context=f"correction:{correction.key}").decode()
            _apply(correction, value, by, answered)
        _note(correction, by)
    return True


def submissions_of(user: User) -> QuerySet[Correction]:
    """Corrections waiting for the province in this registrar's institutions, oldest first."""
    waiting = Correction.objects.filter(
        state=CorrectionState.SUBMITTED, record__institution__in=institutions_of(user)
    )
    return waiting.select_related("record__institution", "made_by").order_by("made_at")


def _apply(correction: Correction, value: str, by: User, answered: User | None) -> None:
    found = StudentRecord.objects.filter(pk=correction.record_id)
    lock_holders(found)
    hidden = correction.field == "certificate_number"
    if hidden:
        certificate_changing.send(StudentRecord, record=found.select_related("institution").get())
    record = found.select_for_update(of=("self",)).get()
    _refuse_for_another_person(correction)
    old = present_value(record, correction.field)
    _refuse_number_of_another(record, correction.field, value)
    is_other = is_another_person(record, correction.field, old, value)
    if hidden and not is_other:
        _refuse_half_a_dispute(record)
    if is_other:
        release_records(keys=[record.pk], by=by, cause=f"correction:{correction.key}")
    StudentRecord.objects.filter(pk=record.pk).update(
        **stored_columns(record, correction.field, value), version=F("version") + 1, fingerprint=b""
    )
    change = FieldChange.objects.create(
        record=record,
        field=correction.field,
        old=mask_number(old) if hidden else old,
        new=mask_number(value) if hidden else value,
        version=record.version + 1,
        changed_by=by,
        correction=correction,
    )
    if is_other:
        # Before the record went to the new person, who must not read what the old one was called.
        FieldChange.objects.filter(pk=change.pk).update(changed_at=TransactionNow())
        return
    if hidden:
        _move_claim(record, value)
    holder = record.holder
    if holder and holder != answered:
        notify_of_correction(record, holder)


def is_another_person(record: StudentRecord, field: str, old: str, new: str) -> bool:
    """Whether the correction makes the record another person's, so its holder must lose it.

    The holder has proved the name and the number. A correction of the number may change a
    few characters, once; a larger change, a second one, or one of both name and number
    means that the record describes another person.
    """
    if record.holder_id is None or field not in ("certificate_number", "name"):
        return False
    earlier = FieldChange.objects.filter(record=record, changed_at__gte=record.claimed_at)
    if field == "name":
        return earlier.filter(field="certificate_number").exists()
    is_near = len(old) == len(new) and sum(map(ne, old, new)) <= MAX_CHARACTERS
    return not is_near or earlier.filter(field__in=("certificate_number", "name")).exists()


def _refuse_number_of_another(record: StudentRecord, field: str, value: str) -> None:
    """Raise NotCorrectableError where the institution has the number under another name."""
    if field != "certificate_number":
        return
    same = StudentRecord.objects.filter(
        institution=record.institution_id, certificate_hash=keyed_hash("certificate", value)
    ).exclude(name_canonical=record.name_canonical)
    series = number_series(record.certificate_type)
    if any(number_series(other.certificate_type) == series for other in same):
        raise NotCorrectableError(fault_message(RowFault.CONFLICT_REGISTRY))


def _refuse_for_another_person(correction: Correction) -> None:
    """Raise NotCorrectableError where the record was another person's at the submission."""
    since = Correction.objects.filter(pk=correction.pk, made_at__lt=F("record__person_since"))
    if since.exists():
        raise NotCorrectableError(
            _("The record has become another person's since this was submitted to the province.")
        )


def _refuse_half_a_dispute(record: StudentRecord) -> None:
    """Raise NotCorrectableError where another record of the school is frozen with this number.

    What froze them follows the number to this record, and its end would thaw this one alone. That
    of another person with the same number stays, unless both records are in dispute.
    """
    alike = StudentRecord.objects.filter(
        institution=record.institution_id, certificate_hash=record.certificate_hash
    )
    if record.frozen_at is None:
        alike = alike.filter(name_canonical=record.name_canonical)
    if alike.exclude(pk=record.pk).filter(frozen_at__isnull=False).exists():
        raise NotCorrectableError(
            _("Two records with this number are in dispute. Decide that first, then correct both.")
        )


def _move_claim(record: StudentRecord, value: str) -> None:
    """Move the holder's claim to the new number.

    Raises NotCorrectableError where another account has claimed that number already.
    """
    try:
        with transaction.atomic():
            certificate_changed.send(
                StudentRecord, record=record, old=bytes(record.certificate_hash),
                new=keyed_hash("certificate", value),
            )  # fmt: skip
    except IntegrityError as error:
        raise NotCorrectableError(
            _("Another account has proved to be the person of this number. Settle that first.")
        ) from error


def _note(correction: Correction, by: User) -> None:
    record_action(
        action=f"enrollment.correction_{correction.state}",
        actor_id=by.pk,
        subject_type="record",
        subject_key=correction.record.key,
        institution_code=correction.record.institution.code,
        detail={"field": correction.field, "document": correction.document},
    )
