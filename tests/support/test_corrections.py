"""From a report to the corrected record: at once, or through the province."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from audit.models import AuditEntry
from delivery.models import OutboxMessage
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import (
    Correction,
    EventKind,
    FieldChange,
    InstitutionRegistrar,
    StudentRecord,
)
from enrollment.progress import Progress
from enrollment.records.change_notices import TOGETHER
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change, NotCorrectableError, canonical_value
from enrollment.records.events import services as events
from enrollment.records.events.services import Happening
from enrollment.records.sealed import certificate_number
from support.models import Report
from tests.people import make_account, make_record, make_school, sample_number
from tests.support.conftest import Enter
from vault.lookup import keyed_hash
from verification.models import Claim

pytestmark = pytest.mark.django_db


def correct(client: Client, report: Report, field: str, value: str, **named: str) -> str:
    """Accept a correction; the page that answers."""
    page = reverse("support:report_correct", args=[report.key])
    answer = client.post(page, {"field": field, "value": value, **named})
    return (
        client.get(answer.headers["Location"]).content.decode()
        if answer.status_code == 302
        else (answer.content.decode())
    )


def settle(client: Client, answer: str) -> None:
    """Enter what the province said about the one submission."""
    page = reverse("support:submission_result", args=[Correction.objects.get().key])
    given = {"accepted": answer, "on": "2026-11-20", "document": "示教学〔2026〕12号"}
    client.post(page, given)


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


def test_one_act_is_told_once(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    Notice.objects.all().delete()
    OutboxMessage.objects.all().delete()
    settle(desk, "yes")
    assert [notice.kind for notice in Notice.objects.filter(account=wang)] == ["report_corrected"]
    purposes = OutboxMessage.objects.filter(account=wang).values_list("purpose", flat=True)
    assert list(purposes) == ["notice_report_corrected"]


def test_the_holder_is_told_where_another_account_reported(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    Report.objects.update(account=make_account("former@example.org"))
    correct(enter(school_registrar), report, "college", "软件学院")
    assert Notice.objects.filter(account=wang, kind="record_corrected").exists()


def test_corrections_in_a_row_are_told_once_until_the_notice_is_read(
    wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    told = Notice.objects.filter(account=wang, kind="record_corrected")

    def change(college: str) -> None:
        correct_record(record=wang_record, change=Change("college", college), by=school_registrar)

    change("软件学院")
    change("理学院")
    assert told.count() == 1
    told.update(read_at=timezone.now())
    change("文学院")
    assert told.count() == 2
    told.update(read_at=None, made_at=timezone.now() - 2 * TOGETHER)
    change("法学院")
    assert told.count() == 3


def told_after(between: Callable[[], object], record: StudentRecord, by: User) -> int:
    """How many new notices a correction makes that follows another one and ``between``."""
    told = Notice.objects.filter(account=record.holder, kind="record_corrected")
    correct_record(record=record, change=Change("college", "软件学院"), by=by)
    between()
    before = told.count()
    correct_record(record=record, change=Change("college", "理学院"), by=by)
    return told.count() - before


def test_a_correction_after_an_event_is_told_of_its_own(
    wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    happening = Happening(EventKind.SUSPENSION, date(2026, 10, 8), "休学")

    def enter_event() -> None:
        event = events.enter_event(record=wang_record, happening=happening, by=school_registrar)
        wang_record.refresh_from_db()
        events.undo_event(event=event, by=school_registrar)

    assert told_after(enter_event, wang_record, school_registrar) == 1


@pytest.mark.parametrize("wrong", [[], ["name"]])
def test_a_correction_after_the_students_answer_is_told_of_its_own(
    wrong: list[str], wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    def answer() -> None:
        answer_record(record=wang_record, account=wang, asked=CHECKLIST, wrong=wrong)

    assert told_after(answer, wang_record, school_registrar) == 1


def test_a_correction_of_a_second_record_is_told_of_its_own(
    wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    other = make_record(
        name="王明", number=sample_number(31), holder=wang, claimed_at=timezone.now(),
        school=make_school(code="19997", name="别的大学"),
    )  # fmt: skip
    told = Notice.objects.filter(account=wang, kind="record_corrected")
    for record in (other, wang_record):
        correct_record(record=record, change=Change("college", "软件学院"), by=school_registrar)
    assert told.count() == 2
    assert told_after(lambda: None, other, school_registrar) == 0


def test_what_the_province_refuses_leaves_the_record(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    settle(desk, "no")
    wang_record.refresh_from_db()
    assert wang_record.name == "王明"
    page = enter(wang).get(reverse("support:report", args=[report.key])).content.decode()
    assert "省级未批准更正" in page


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


def test_a_list_of_the_province_is_entered_at_once_with_its_number(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    mate = make_account("mate@example.org")
    other = make_record(
        name="赵同", number=sample_number(77), holder=mate, claimed_at=timezone.now()
    )
    enter(mate).post("/support/reports/new/name/", {"correct": "赵彤", "words": "同音字"})
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    correct(desk, Report.objects.exclude(pk=report.pk).get(), "name", "赵彤")
    page = reverse("support:submission_results")
    given = {"accepted": "yes", "on": "2026-11-20", "document": "示教学〔2026〕12号"}
    assert "请至少勾选一条更正" in desk.post(page, given).content.decode()
    keys = [str(made.key) for made in Correction.objects.all()]
    answer = desk.post(page, {**given, "corrections": [*keys, "x"]}, follow=True)
    assert "已登记 2 条" in answer.content.decode()
    for record, name in ((wang_record, "王䶮"), (other, "赵彤")):
        record.refresh_from_db()
        assert record.name == name
    assert set(Correction.objects.values_list("state", "document")) == {
        ("applied", "示教学〔2026〕12号")
    }


def test_an_answer_that_fails_loses_none_of_the_others(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    mate = make_account("mate@example.org")
    make_record(name="赵同", number=sample_number(77), holder=mate, claimed_at=timezone.now())
    enter(mate).post("/support/reports/new/name/", {"correct": "赵彤", "words": "同音字"})
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    correct(desk, Report.objects.exclude(pk=report.pk).get(), "name", "赵彤")
    Correction.objects.exclude(record=wang_record).update(new_sealed=b"damaged")
    Notice.objects.all().delete()
    given = {"accepted": "yes", "on": "2026-11-20", "document": "示教学〔2026〕12号"}
    keys = [str(made.key) for made in Correction.objects.all()]
    desk.raise_request_exception = False
    page = reverse("support:submission_results")
    assert desk.post(page, {**given, "corrections": keys}).status_code == 500
    wang_record.refresh_from_db()
    report.refresh_from_db()
    assert (wang_record.name, report.state) == ("王䶮", "answered")
    assert [notice.account for notice in Notice.objects.all()] == [wang]
    assert Correction.objects.get(state="submitted").record.holder == mate


def test_after_the_last_correction_comes_the_list(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    page = reverse("support:report_correct", args=[report.key])
    answer = enter(school_registrar).post(page, {"field": "college", "value": "软件学院"})
    assert answer.headers["Location"] == reverse("support:queue")


def test_a_registrar_of_another_school_enters_nothing(
    report: Report, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    correct(enter(school_registrar), report, "name", "王䶮")
    other = make_account("q@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=other, institution=make_school("10009", "别的"))
    given = {
        "accepted": "yes",
        "on": "2026-11-20",
        "corrections": [str(Correction.objects.get().key)],
    }
    enter(other).post(reverse("support:submission_results"), given)
    wang_record.refresh_from_db()
    assert wang_record.name == "王明"


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


def test_an_answer_that_agrees_names_its_document(
    report: Report, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    client = enter(school_registrar)
    correct(client, report, "name", "王䶮")
    page = reverse("support:submission_result", args=[Correction.objects.get().key])
    answer = client.post(page, {"accepted": "yes", "on": "2026-11-20"})
    assert "data-error-summary" in answer.content.decode()
    assert Correction.objects.get().state == "submitted"
