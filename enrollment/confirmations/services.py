"""确认无误 / 信息有误: storing a student's answer, and finding what changed after it."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from accounts.models import User
from audit.services import record_action
from enrollment.models import (
    Answer,
    Confirmation,
    FieldChange,
    Photo,
    PhotoAnswer,
    StudentRecord,
)
from enrollment.models.confirmation import canonical_code
from enrollment.records.freezing import RecordFrozenError, refuse_frozen


class NotAskedError(Exception):
    """The student objected to a field that is not on the checklist."""


def answer_record(
    *, record: StudentRecord, account: User, asked: Sequence[str], wrong: Iterable[str]
) -> Confirmation:
    """Store the student's answer to the present version of ``record``.

    ``wrong`` names the fields objected to; it is empty for 确认无误. Repeating the same answer
    returns the existing one with its receipt. Raises NotAskedError, RecordFrozenError.
    """
    objections = [name for name in asked if name in set(wrong)]
    if set(wrong) - set(asked):
        raise NotAskedError
    answer = Answer.WRONG if objections else Answer.RIGHT
    with transaction.atomic():
        known = StudentRecord.objects.only("key", "version", "frozen_at")
        held = known.select_for_update().get(pk=record.pk)
        if held.frozen_at:
            raise RecordFrozenError
        latest = held.confirmations.filter(account=account).order_by("-pk").first()
        if (
            latest is not None
            and (latest.version, latest.answer) == (held.version, answer)
            and (latest.wrong_fields, latest.fields) == (objections, list(asked))
        ):
            return latest
        made = Confirmation.objects.create(
            record=held,
            account=account,
            version=held.version,
            answer=answer,
            fields=list(asked),
            wrong_fields=objections,
        )
        record_action(
            action="enrollment.confirm_record",
            actor_id=account.pk,
            subject_type="record",
            subject_key=held.key,
            institution_code=record.institution.code,
            detail={"answer": answer.value, "version": held.version, "wrong": objections},
        )
    return made


def answer_photo(*, photo: Photo, account: User, answer: Answer) -> None:
    """Store the student's answer about one photo, replacing an earlier one.

    Raises RecordFrozenError.
    """
    refuse_frozen(photo.record)
    with transaction.atomic():
        PhotoAnswer.objects.update_or_create(
            photo_key=photo.key,
            defaults={"record": photo.record, "account": account, "answer": answer},
        )
        record_action(
            action="enrollment.answer_photo",
            actor_id=account.pk,
            subject_type="record",
            subject_key=photo.record.key,
            institution_code=photo.record.institution.code,
            detail={"kind": photo.kind, "answer": answer.value},
        )


def changes_since(confirmation: Confirmation) -> list[FieldChange]:
    """Changes to the fields of ``confirmation`` after it was given, oldest first."""
    changes = FieldChange.objects.filter(
        record_id=confirmation.record_id,
        version__gt=confirmation.version,
        field__in=confirmation.fields,
        of_another_person=False,
    )
    return list(changes.order_by("pk"))


def find_receipt(text: str) -> Confirmation | None:
    """The confirmation with this receipt code in any spelling; None when unknown."""
    found = Confirmation.objects.select_related("record__institution")
    return found.filter(code=canonical_code(text)).first()
