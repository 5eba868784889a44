"""A small file of counselors must not hold a web process for long."""

import resource
import tempfile
import time
import zipfile
from typing import BinaryIO, cast

import pytest

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.institutions import assignment_file, counselors
from enrollment.models import (
    Appointment,
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
)
from tests.outbox import Outbox
from tests.people import make_account, make_school

pytestmark = pytest.mark.django_db
CLASSES = 1900
SECONDS = 6.0  # of processor time, on a slow machine; 40 before


@pytest.fixture
def school(db: None) -> Institution:
    school = make_school()
    SchoolClass.objects.bulk_create(
        SchoolClass(institution=school, code=f"软工{number}") for number in range(CLASSES)
    )
    return school


@pytest.fixture
def registrar(school: Institution) -> User:
    user = make_account("r@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=school)
    return user


def file_of(people: int) -> BinaryIO:
    rows = (f"软工{number},x{number % people}@example.org\n" for number in range(CLASSES))
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - read by the caller
    file.write(("班级,辅导员\n" + "".join(rows)).encode())
    file.seek(0)
    return file


def assign(school: Institution, by: User, people: int) -> float:
    began = time.process_time()
    counselors.assign_from_file(institution=school, source=file_of(people), name="a.csv", by=by)
    return time.process_time() - began


def test_as_many_strangers_as_a_file_may_name_cost_a_bound(
    school: Institution, registrar: User, outbox: Outbox
) -> None:
    assert assign(school, registrar, assignment_file.MAX_PEOPLE) < SECONDS
    assert Appointment.objects.count() == CLASSES
    assert len(outbox.emails()) == assignment_file.MAX_PEOPLE
    # The same file again changes nothing and writes to nobody.
    assert assign(school, registrar, assignment_file.MAX_PEOPLE) < SECONDS
    assert Appointment.objects.count() == CLASSES
    assert len(outbox.emails()) == assignment_file.MAX_PEOPLE


def test_colleagues_are_assigned_to_all_their_classes_at_once(
    school: Institution, registrar: User
) -> None:
    colleagues = [make_account(f"x{number}@example.org") for number in range(3)]
    for account in colleagues:
        InstitutionRegistrar.objects.create(user=account, institution=school)
    assert assign(school, registrar, len(colleagues)) < SECONDS
    assert ClassCounselor.objects.count() == CLASSES
    assert AuditEntry.objects.filter(action="enrollment.assign_counselor").count() == CLASSES


def test_more_people_than_that_are_refused_before_anyone_is_looked_up(
    school: Institution, registrar: User
) -> None:
    with pytest.raises(assignment_file.StaffingError) as refused:
        assign(school, registrar, assignment_file.MAX_PEOPLE + 1)
    assert [problem.fault for problem in refused.value.problems] == [
        assignment_file.StaffingFault.TOO_MANY_PEOPLE
    ]
    assert not Appointment.objects.exists()


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook_of_empty_cells() -> BinaryIO:
    """140 KB of a workbook that unfold into millions of cells, yet below every measure of size."""
    sheets = f'<sheets><sheet name="S" sheetId="1" xmlns:r="{OFFICE}" r:id="rId1"/></sheets>'
    related = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    titles = "".join(
        f'<c t="inlineStr"><is><t>{title}</t></is></c>' for title in ("班级", "辅导员")
    )
    rows = f"<row>{titles}</row>" + ("<row>" + "<c><v>1</v></c>" * 60 + "</row>") * 40_000
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - read by the caller
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{SHEET}">{sheets}</workbook>')
        relations = f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>'
        book.writestr("xl/_rels/workbook.xml.rels", relations)
        sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    file.seek(0)
    return file


def test_a_small_workbook_that_unfolds_slowly_holds_no_web_process(
    school: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A quick machine reads the workbook within the five seconds of a page.
    monkeypatch.setattr(assignment_file, "PAGE_SECONDS", 1)
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(FileFaultError) as refused:
        assignment_file.read_assignments(school, workbook_of_empty_cells(), "a.xlsx")
    assert refused.value.fault == FileFault.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began < 3
