"""Classes are merged or removed at the moment in which something is put into them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from accounts.models import User
from accounts.password_state import lock_accounts
from accounts.roles import Role
from enrollment.imports import services as imports
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.classes import ClassInUseError, remove_class
from enrollment.models import BatchState, ClassCounselor, ImportBatch, SchoolClass, StudentRecord
from tests.enrollment.imported_files import AT, make_checked, sample
from tests.people import make_account, make_record, make_school, sample_number
from tests.races.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def into() -> SchoolClass:
    return SchoolClass.objects.create(institution=make_school(), code="另一个班")


@pytest.fixture
def found() -> SchoolClass:
    """A class without records, to which the file adds some."""
    return SchoolClass.objects.create(institution=make_school(), code="甲")


@pytest.fixture
def batch(found: SchoolClass, media: Path, tmp_path: Path) -> ImportBatch:
    """A checked file that puts six new students into the class."""
    rows = sample(6)
    for row in rows:
        row[AT["班号"]] = found.code
    return make_checked(tmp_path, rows)


def publish(batch: ImportBatch) -> None:
    imports.publish_batch(batch=ImportBatch.objects.get(pk=batch.pk), by=None)


def merge(found: SchoolClass, into: SchoolClass, by: User) -> object:
    return merge_class(school_class=found, into=into, by=by)


def remove(found: SchoolClass, _into: SchoolClass, by: User) -> None:
    remove_class(school_class=found, by=by)


@pytest.mark.parametrize("act", [merge, remove])
def test_a_file_published_while_its_class_goes_makes_the_class_anew(
    act: Callable[[SchoolClass, SchoolClass, User], object],
    batch: ImportBatch, found: SchoolClass, into: SchoolClass, desk_registrar: User,
) -> None:  # fmt: skip
    meanwhile(lambda: act(found, into, desk_registrar), lambda: publish(batch))
    assert SchoolClass.objects.get(code=found.code).records.count() == 6


def test_a_class_is_not_removed_while_a_file_puts_students_into_it(
    batch: ImportBatch, found: SchoolClass, desk_registrar: User
) -> None:
    def remove_now() -> None:
        with pytest.raises(ClassInUseError):
            remove_class(school_class=found, by=desk_registrar)

    meanwhile(lambda: publish(batch), remove_now)
    assert found.records.count() == 6


def test_a_class_merged_while_a_file_puts_students_into_it_takes_them_along(
    batch: ImportBatch, found: SchoolClass, into: SchoolClass, desk_registrar: User
) -> None:
    meanwhile(lambda: publish(batch), lambda: merge(found, into, desk_registrar))
    assert into.records.count() == 6


def test_a_publication_undone_while_a_class_is_merged_leaves_every_record_in_a_class(
    batch: ImportBatch, found: SchoolClass, into: SchoolClass, desk_registrar: User, tmp_path: Path
) -> None:
    publish(batch)
    rows = sample(6)
    for row in rows:
        row[AT["班号"]] = into.code
    moved = make_checked(tmp_path, rows)
    publish(moved)

    def undo() -> None:
        imports.undo_batch(batch=ImportBatch.objects.get(pk=moved.pk), by=desk_registrar)

    meanwhile(lambda: merge(found, into, desk_registrar), undo)
    assert ImportBatch.objects.get(pk=moved.pk).state == BatchState.UNDONE
    assert into.records.count() == StudentRecord.objects.count() == 6


def test_a_counselor_helps_a_student_while_the_class_is_merged(into: SchoolClass) -> None:
    record = make_record(name="王明", number=sample_number(31))
    old = record.school_class
    assert old is not None
    helping = make_account("helping@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=helping, school_class=old)
    by = make_account("desk@example.org", roles=(Role.REGISTRAR,))

    def open_the_record() -> None:
        with transaction.atomic():
            StudentRecord.objects.select_for_update().get(pk=record.pk)

    meanwhile(lambda: lock_accounts([helping.pk]), lambda: merge(old, into, by), open_the_record)
    assert ClassCounselor.objects.get().school_class == into
