"""Which fields a registrar corrects from a report, at once or through the province, and who may."""

import pytest
from django.urls import reverse

from accounts.models import Notice, User
from audit.models import AuditEntry
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import Correction, FieldChange, StudentRecord
from enrollment.progress import Progress
from enrollment.records.corrections.values import Change, NotCorrectableError, canonical_value
from enrollment.records.sealed import certificate_number
from support.models import Report
from tests.people import make_account, make_school, sample_number
from tests.support.conftest import Enter
from tests.support.corrections.correcting import correct, settle
from vault.lookup import keyed_hash
from verification.models import Claim

pytestmark = pytest.mark.django_db


def test_an_open_field_is_corrected_at_once_and_asked_about_again(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    asked = (*CHECKLIST, "college")
    answer_record(record=wang_record, account=wang, asked=asked, wrong=[])
    text = correct(enter(school_registrar), report, "college", "软件学院", document="学〔2026〕7号")
    assert "学籍已更正" in text
    wang_record.refresh_from_db()
    report.refresh_from_db()
    assert (wang_record.college, wang_record.version) == ("软件学院", 2)
    assert wang_record.progress == Progress.STALE
    assert report.state == "answered"
    change = FieldChange.objects.get(record=wang_record)
    assert (change.old, change.new) == ("计算机与软件学院", "软件学院")
    assert change.correction is not None
    assert change.correction.document == "学〔2026〕7号"
    kinds = Notice.objects.filter(account=wang).values_list("kind", flat=True)
    assert list(kinds) == ["report_corrected"]
    assert AuditEntry.objects.filter(action="enrollment.correction_applied")


def test_a_locked_field_waits_for_the_province(
    report: Report, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    assert "更正已报送省级教育行政部门" in correct(desk, report, "name", "王䶮")
    wang_record.refresh_from_db()
    assert wang_record.name == "王明"
    assert "王䶮" not in str(bytes(Correction.objects.get().new_sealed))
    again = correct(desk, report, "name", "王䶮")
    assert "已经报省" in again
    settle(desk, "yes")
    wang_record.refresh_from_db()
    report.refresh_from_db()
    assert (wang_record.name, wang_record.name_canonical) == ("王䶮", "王䶮")
    assert report.state == "answered"
    assert report.settled_at
    assert not bytes(Correction.objects.get().new_sealed)


def test_the_bearer_of_a_corrected_number_stays_its_bearer(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    fresh = sample_number(32)
    correct(desk, report, "certificate_number", fresh)
    settle(desk, "yes")
    wang_record.refresh_from_db()
    assert certificate_number(wang_record) == fresh
    digest = keyed_hash("certificate", fresh)
    assert bytes(wang_record.certificate_hash) == digest
    assert Claim.objects.filter(account=wang, certificate_hash=digest, ended_at=None).exists()
    assert fresh not in str(list(FieldChange.objects.values()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "王明"),
        ("name", "王\u202e明"),
        ("name", ""),
        ("gender", "猫"),
        ("birth_date", "20079999"),
        ("certificate_number", "110101200708150311"),
        ("level", "学前班"),
        ("status", "毕业"),
        ("holder", "1"),
    ],
)
def test_what_cannot_stand_in_the_registry_is_refused(
    field: str, value: str, report: Report, wang_record: StudentRecord
) -> None:
    with pytest.raises(NotCorrectableError):
        canonical_value(wang_record, Change(field, value))


def test_a_faulty_value_is_told_at_its_field_and_kept(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    text = correct(enter(school_registrar), report, "gender", "猫")
    assert "请填写“男”或“女”。" in text
    assert 'value="猫"' in text


def test_counselors_and_other_registrars_correct_nothing(
    report: Report, counselor: User, enter: Enter
) -> None:
    page = reverse("support:report_correct", args=[report.key])
    values = {"field": "college", "value": "别的学院"}
    assert enter(counselor).post(page, values).status_code == 404
    other = make_account("other.registrar@example.org", roles=("registrar",))  # type: ignore[arg-type]
    make_school(code="19990", name="别的大学").registrars.create(user=other)
    assert enter(other).post(page, values).status_code == 404
    assert not Correction.objects.exists()


def test_after_the_last_correction_comes_today(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    page = reverse("support:report_correct", args=[report.key])
    answer = enter(school_registrar).post(page, {"field": "college", "value": "软件学院"})
    assert answer.headers["Location"] == reverse("today")


def test_a_locked_field_approved_already_is_corrected_at_once(
    report: Report, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    named = {"document": "示教学〔2026〕12号", "approved_on": "2026-11-20"}
    assert "学籍已更正" in correct(enter(school_registrar), report, "name", "王䶮", **named)
    wang_record.refresh_from_db()
    made = Correction.objects.get()
    assert (wang_record.name, made.state, made.document, str(made.result_on)) == (
        "王䶮", "applied", named["document"], named["approved_on"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "named", [{"document": "示教学〔2026〕12号"}, {"approved_on": "2026-11-20"}]
)
def test_an_approval_needs_number_and_date(
    named: dict[str, str], report: Report, school_registrar: User, enter: Enter
) -> None:
    text = correct(enter(school_registrar), report, "name", "王䶮", **named)
    assert "data-error-summary" in text
    assert not Correction.objects.exists()


def test_a_document_number_of_signs_alone_is_no_reason_to_ask_the_province(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    text = correct(enter(school_registrar), report, "name", "王䶮", document="〔〕—/")
    assert "data-error-summary" in text
    assert "请填写批复文号" in text
    assert not Correction.objects.exists()
