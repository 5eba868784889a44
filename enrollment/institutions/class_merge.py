"""Merge two classes of an institution, mostly two spellings of one name."""

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import User
from accounts.password_state import lock_accounts
from accounts.text import fold
from audit.services import record_action
from enrollment.models import (
    Appointment,
    ClassCounselor,
    FieldChange,
    SchoolClass,
    StudentRecord,
)
from enrollment.signals import classes_merged


class OtherInstitutionError(Exception):
    """Classes of different institutions cannot be merged."""


def look_alikes(school_class: SchoolClass) -> list[SchoolClass]:
    """Other classes of the institution whose names are equal after folding case and width."""
    others = SchoolClass.objects.filter(institution=school_class.institution_id)
    key = fold(school_class.code)
    return [found for found in others.exclude(pk=school_class.pk) if fold(found.code) == key]


def merge_targets(school_class: SchoolClass) -> QuerySet[SchoolClass]:
    """The classes into which ``school_class`` may be merged, by code."""
    others = SchoolClass.objects.filter(institution=school_class.institution_id)
    return others.exclude(pk=school_class.pk).order_by("code")


def merge_class(*, school_class: SchoolClass, into: SchoolClass, by: User) -> int:
    """Move records, counselors and appointments to ``into``; returns the number of records.

    The class is deleted; each record keeps the change in its history.
    Raises OtherInstitutionError and SchoolClass.DoesNotExist.
    """
    if school_class.institution_id != into.institution_id or school_class.pk == into.pk:
        raise OtherInstitutionError
    with transaction.atomic():
        # Lock in the order of keys, so that concurrent merges cannot deadlock.
        pair = [school_class.pk, into.pk]
        locked = SchoolClass.objects.select_for_update().filter(pk__in=pair).order_by("pk")
        if len(locked) < len(pair):
            raise SchoolClass.DoesNotExist
        _move_counselors(school_class, into)
        _move_appointments(school_class, into)
        # Reports are locked before the records that they are about.
        classes_merged.send(SchoolClass, merged=school_class, into=into)
        moved = _move_records(school_class, into, by)
        _move_undo(school_class, into)
        record_action(
            action="enrollment.merge_class",
            actor_id=by.pk,
            subject_type="class",
            subject_key=into.pk,
            institution_code=into.institution.code,
            detail={"merged": school_class.pk, "code": school_class.code, "records": moved},
        )
        school_class.delete()
    return moved


def _move_counselors(school_class: SchoolClass, into: SchoolClass) -> None:
    """Make the counselors those of ``into``; one who was both keeps the later last day."""
    links = ClassCounselor.objects.filter(school_class=school_class)
    lock_accounts(links.values_list("user", flat=True))
    for link in links:
        kept, new = ClassCounselor.objects.get_or_create(
            user_id=link.user_id, school_class=into, defaults={"last_day": link.last_day}
        )
        if not new and kept.last_day and (link.last_day is None or link.last_day > kept.last_day):
            ClassCounselor.objects.filter(pk=kept.pk).update(last_day=link.last_day)


def _move_appointments(school_class: SchoolClass, into: SchoolClass) -> None:
    """Make the offers those of ``into``, but for who has one there that waits."""
    waiting = Appointment.objects.filter(answered_at=None)
    there = waiting.filter(school_class=into).values("contact_hash", "role")
    waiting.filter(
        Exists(there.filter(contact_hash=OuterRef("contact_hash"), role=OuterRef("role"))),
        school_class=school_class,
    ).delete()
    Appointment.objects.filter(school_class=school_class).update(school_class=into)


def _move_records(school_class: SchoolClass, into: SchoolClass, by: User) -> int:
    records = StudentRecord.objects.select_for_update().filter(school_class=school_class)
    moved = list(records.order_by("pk").values_list("pk", "version"))
    FieldChange.objects.bulk_create(
        [
            FieldChange(
                record_id=pk,
                field="class_code",
                old=school_class.code,
                new=into.code,
                version=version + 1,
                changed_by=by,
            )
            for pk, version in moved
        ],
        batch_size=2000,
    )
    StudentRecord.objects.filter(pk__in=[pk for pk, _ in moved]).update(
        school_class=into, version=F("version") + 1, fingerprint=b""
    )
    return len(moved)


def _move_undo(school_class: SchoolClass, into: SchoolClass) -> None:
    """Point the saved previous rows of imports at ``into``, so that an undo restores into it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrollment_recordbefore b SET row = jsonb_set(row, '{school_class_id}', %s)"
            " FROM enrollment_importbatch i WHERE i.id = b.batch_id AND i.institution_id = %s"
            " AND row->>'school_class_id' = %s",
            [str(into.pk), into.institution_id, str(school_class.pk)],
        )
