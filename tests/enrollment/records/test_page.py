"""The registrar's page of one record: the classes it has been in, the person's other records."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrollment.fields.catalogue import CARD
from enrollment.imports.services import undo_batch
from enrollment.models import ImportBatch, InstitutionRegistrar, StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.people import make_record, make_school, sample_number

pytestmark = pytest.mark.django_db


def page_of(desk: Client, record: StudentRecord) -> str:
    """The page, the reason for opening it given."""
    desk.post(reverse("registry:viewing_reason", args=[record.key]), {"reason": "学生到访"})
    return desk.get(reverse("registry:record", args=[record.key])).content.decode()


def test_classes_are_told_in_their_order(desk: Client, tmp_path: Path) -> None:
    [row] = sample(1)
    for code in ("计科2301", "计科2302", "软工2301"):
        row[AT["班号"]] = code
        run_import(write_csv(tmp_path / f"{code}.csv", [row]))
    record = StudentRecord.objects.get()
    page = page_of(desk, record)
    section = page[page.index('id="classes"') :]
    section = section[: section.index("</section>")]
    places = [section.index(code) for code in ("软工2301", "计科2302", "计科2301")]
    assert places == sorted(places)
    undo_batch(batch=ImportBatch.objects.latest("pk"), by=None)
    section = page_of(desk, record)
    assert section.index("计科2302") < section.index("软工2301")


def test_a_record_that_never_changed_its_class_shows_no_history(
    desk: Client, tmp_path: Path
) -> None:
    run_import(write_csv(tmp_path / "a.csv", sample(1)))
    assert 'id="classes"' not in page_of(desk, StudentRecord.objects.get())


def test_other_records_of_the_person_are_linked_within_ones_own_schools(desk: Client) -> None:
    school, foreign = make_school(), make_school("10009", "明德职业技术学院")
    present = make_record(name="王明", number=sample_number(31), level="本科")
    earlier = make_record(
        name="王明", number=sample_number(31), school=foreign, level="专科(高职)",
        entry_date=date(2020, 9, 1),
    )  # fmt: skip
    make_record(name="李晓雨", number=sample_number(12))
    link = reverse("registry:record", args=[earlier.key])
    assert link not in page_of(desk, present)
    registrar = User.objects.get(email="registrar@example.org")
    InstitutionRegistrar.objects.create(user=registrar, institution=foreign)
    page = page_of(desk, present)
    assert link in page
    assert "李晓雨" not in page
    assert reverse("registry:record", args=[present.key]) in page_of(desk, earlier)
    assert school.code != foreign.code


def test_every_field_of_the_students_card_is_on_the_page(desk: Client, tmp_path: Path) -> None:
    run_import(write_csv(tmp_path / "a.csv", rows := sample(1)))
    page = page_of(desk, StudentRecord.objects.get())
    for field in (field for part in ("person", "study") for field in CARD[part]):
        written = rows[0][AT[field.title]]
        assert (f"{written[:4]}-" if field.name == "birth_date" else written) in page, field.name
    assert "4 年" in page
