"""Class names that differ only in how they are written are one class."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from enrollment.imports import services as imports
from enrollment.institutions.class_merge import OtherInstitutionError, merge_class
from enrollment.models import (
    ClassCounselor,
    FieldChange,
    ImportBatch,
    Institution,
    SchoolClass,
    StudentRecord,
)
from tests.cases.checking import DATA, check, person, write
from tests.enrollment.registrar import make_registrar, signed_in_just_now
from tests.people import make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.usefixtures("school")


def test_four_spellings_in_a_file_are_one_class_and_told(tmp_path: Path) -> None:
    done = check(DATA / "spellings.xlsx", rehearse=False, out=tmp_path / "a")
    assert list(SchoolClass.objects.values_list("code", flat=True)) == ["软件2601"]
    assert StudentRecord.objects.filter(school_class__code="软件2601").count() == 4
    assert list(done.report["united_classes"]) == ["软件2601"]


@pytest.mark.parametrize("spelling", ["软件（2601）", "软件(2601) ", "软件\u200b（2601）"])
def test_the_registrys_own_spelling_stays(
    tmp_path: Path, school: Institution, spelling: str
) -> None:
    SchoolClass.objects.create(institution=school, code="软件（2601）")
    check(write(tmp_path / "a.csv", person(班级=spelling)), rehearse=False, out=tmp_path / "a")
    assert StudentRecord.objects.get().school_class == SchoolClass.objects.get()


def test_classes_that_really_differ_stay_two(tmp_path: Path) -> None:
    rows = [
        person(),
        person(姓名="钱二宁", 身份证号=sample_number(2), 学号="2", 考生号="2", 班级="软件2602"),
    ]
    check(write(tmp_path / "a.csv", *rows), rehearse=False, out=tmp_path / "a")
    assert SchoolClass.objects.count() == 2


@pytest.fixture
def doubles(school: Institution) -> tuple[SchoolClass, SchoolClass]:
    """Two spellings of one class, as an older version kept them; a student in the second."""
    kept = SchoolClass.objects.create(institution=school, code="软件2601")
    other = SchoolClass.objects.create(institution=school, code="软件 2601")
    make_record(name="赵一凡", number=sample_number(1), school_class=other)
    return kept, other


@pytest.fixture
def by(school: Institution) -> User:
    """The registrar."""
    return make_registrar("registrar@example.org", school)


def test_a_merge_moves_records_counselors_and_keeps_the_trail(
    doubles: tuple[SchoolClass, SchoolClass], by: User
) -> None:
    kept, other = doubles
    counselor = make_account("counselor@example.org")
    ClassCounselor.objects.create(user=counselor, school_class=other)
    assert merge_class(school_class=other, into=kept, by=by) == 1
    record = StudentRecord.objects.get()
    assert (record.school_class, record.version) == (kept, 2)
    change = FieldChange.objects.get(record=record)
    assert (change.old, change.new, change.changed_by) == ("软件 2601", "软件2601", by)
    assert ClassCounselor.objects.get().school_class == kept
    assert AuditEntry.objects.get(action="enrollment.merge_class").detail["records"] == 1
    assert list(SchoolClass.objects.filter(code__startswith="软件")) == [kept]


def test_an_import_undone_after_a_merge_never_names_a_class_that_is_gone(
    tmp_path: Path, doubles: tuple[SchoolClass, SchoolClass], by: User
) -> None:
    kept, other = doubles
    StudentRecord.objects.update(student_number="2026000001", candidate_number="26110100000001")
    check(write(tmp_path / "a.csv", person(班级="机械2601")), rehearse=False, out=tmp_path / "a")
    merge_class(school_class=other, into=kept, by=by)
    imports.undo_batch(batch=ImportBatch.objects.get(), by=by)
    connection.check_constraints()
    assert StudentRecord.objects.get().school_class == kept


def test_classes_of_two_institutions_are_never_merged(
    doubles: tuple[SchoolClass, SchoolClass], by: User
) -> None:
    elsewhere = SchoolClass.objects.create(
        institution=make_school("10001", "别校"), code="软件2601"
    )
    with pytest.raises(OtherInstitutionError):
        merge_class(school_class=doubles[1], into=elsewhere, by=by)


def test_a_registrar_merges_on_the_classs_page(
    doubles: tuple[SchoolClass, SchoolClass], by: User
) -> None:
    kept, other = doubles
    client = Client()
    client.force_login(by)
    address = reverse("registry:merge_class", args=[other.pk])
    signed_in_just_now(client)
    page = client.get(address)
    assert "软件2601" in page.content.decode()
    assert client.post(address, {"into": kept.pk}).status_code == 200  # not ticked
    done = client.post(address, {"into": kept.pk, "sure": "on"}, follow=True)
    assert done.status_code == 200
    assert not SchoolClass.objects.filter(pk=other.pk).exists()
