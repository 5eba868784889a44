"""确认无误 / 信息有误, its receipt, and when it goes stale."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notice, User
from audit.models import AuditEntry
from delivery.models import OutboxMessage
from enrollment.confirmations.services import answer_record
from enrollment.models import Answer, Campaign, Confirmation, FieldChange, StudentRecord
from support.models import Cause
from support.reports.services import Statement, open_report
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.people import make_account, make_school, sample_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(client: Client, wang: User, wang_record: StudentRecord) -> Client:
    """王明, signed in."""
    client.force_login(wang)
    return client


def change(record: StudentRecord, field: str, old: str, new: str) -> None:
    """What a publication does to one field."""
    record.version += 1
    setattr(record, field, new)
    record.save()
    FieldChange.objects.create(record=record, field=field, old=old, new=new, version=record.version)


def page(client: Client) -> str:
    return client.get("/status/").content.decode()


def test_the_four_items_are_asked(holder: Client) -> None:
    text = page(holder)
    for name in ["name", "gender", "birth_date", "certificate_number"]:
        assert f'value="{name}"' in text
    assert 'value="major_name"' not in text


def test_confirming_gives_a_receipt(holder: Client, wang_record: StudentRecord) -> None:
    answer = holder.post(f"/status/{wang_record.key}/answer/", {"answer": "right"}, follow=True)
    made = Confirmation.objects.get()
    assert (made.answer, made.version, made.account) == (Answer.RIGHT, 1, wang_record.holder)
    text = answer.content.decode()
    assert made.number in text
    assert made.spaced_code in text
    assert "已确认学籍信息全部正确" in page(holder)
    assert AuditEntry.objects.filter(action="enrollment.confirm_record").count() == 1


def test_a_double_click_is_one_answer(holder: Client, wang_record: StudentRecord) -> None:
    for _ in range(2):
        holder.post(f"/status/{wang_record.key}/answer/", {"answer": "right"})
    assert Confirmation.objects.count() == 1


def test_what_is_wrong_is_named(holder: Client, wang_record: StudentRecord) -> None:
    address = f"/status/{wang_record.key}/answer/"
    answer = holder.post(address, {"answer": "wrong", "wrong": ["birth_date", "name"]}, follow=True)
    made = Confirmation.objects.get()
    assert (made.answer, made.wrong_fields) == (Answer.WRONG, ["name", "birth_date"])
    assert "姓名、出生日期" in answer.content.decode()


@pytest.mark.parametrize("wrong", [[], ["major_name"], ["holder_id"]])
def test_an_objection_names_what_was_asked(
    wrong: list[str], holder: Client, wang_record: StudentRecord
) -> None:
    answer = holder.post(
        f"/status/{wang_record.key}/answer/", {"answer": "wrong", "wrong": wrong}, follow=True
    )
    assert answer.status_code == 200
    assert not Confirmation.objects.exists()


def test_a_later_change_makes_the_answer_stale_and_says_what_changed(
    holder: Client, wang_record: StudentRecord
) -> None:
    holder.post(f"/status/{wang_record.key}/answer/", {"answer": "right"})
    change(wang_record, "major_name", "计算机科学与技术", "软件工程")
    assert "已确认学籍信息全部正确" in page(holder), "nobody asked about the major"
    change(wang_record, "name", "王明", "王铭")
    change(wang_record, "gender", "1", "2")
    text = page(holder)
    assert "请再核对一遍" in text
    assert "<del>王明</del> → <ins>王铭</ins>" in text
    assert "<del>男</del> → <ins>女</ins>" in text
    holder.post(f"/status/{wang_record.key}/answer/", {"answer": "right"})
    assert "请再核对一遍" not in page(holder)
    assert Confirmation.objects.count() == 2


def test_the_campaign_says_what_to_confirm_and_what_not(
    holder: Client, wang_record: StudentRecord
) -> None:
    today = timezone.localdate()
    Campaign.objects.create(
        institution=wang_record.institution,
        name="新生学籍核对",
        entry_year=2026,
        starts_on=today - timedelta(days=1),
        ends_on=today,
        confirm_fields=["name", "class_code"],
        ignore_fields=["major_name"],
    )
    Campaign.objects.create(
        institution=wang_record.institution,
        name="旧",
        starts_on=date(2020, 1, 1),
        ends_on=date(2020, 2, 1),
        confirm_fields=["level"],
    )
    text = page(holder)
    assert 'value="class_code"' in text
    assert 'value="gender"' not in text
    assert 'value="level"' not in text
    assert "暂时无需核对：专业" in text


def test_the_line_says_what_was_answered_and_what_is_missing(
    holder: Client, wang: User, wang_record: StudentRecord
) -> None:
    assert "待核对" in page(holder)
    answer = {"answer": "wrong", "wrong": ["birth_date", "name"]}
    holder.post(f"/status/{wang_record.key}/answer/", answer)
    assert "学校还不知道正确的内容：姓名、出生日期" in page(holder)
    statement = Statement(words="应为王铭", correct="王铭")
    open_report(account=wang, cause=Cause.NAME, statement=statement, record=wang_record)
    text = page(holder)
    assert "学校还不知道正确的内容：出生日期" in text
    receipt = holder.get(f"/status/receipts/{Confirmation.objects.get().key}/").content.decode()
    assert "告诉学校正确的内容：出生日期" in receipt
    assert "告诉学校正确的内容：姓名" not in receipt
    statement = Statement(words="见身份证", correct="2007-08-16")
    open_report(account=wang, cause=Cause.BIRTH_DATE, statement=statement, record=wang_record)
    assert "学校还不知道正确的内容" not in page(holder)
    holder.post(f"/status/{wang_record.key}/answer/", {"answer": "right"})
    text = page(holder)
    assert "待核对" not in text
    assert "查看回执" in text


def test_graduates_are_asked_nothing(holder: Client, wang_record: StudentRecord) -> None:
    Campaign.objects.create(
        institution=wang_record.institution,
        name="新生学籍核对",
        starts_on=date(2020, 1, 1),
        ends_on=date(2120, 1, 1),
        confirm_fields=["name"],
    )
    assert "新生学籍核对" in page(holder)
    StudentRecord.objects.filter(pk=wang_record.pk).update(status="毕业")
    text = page(holder)
    assert "新生学籍核对" not in text
    assert "待核对" not in text


def test_anyone_checks_the_receipt_and_learns_a_masked_name(
    holder: Client, wang_record: StudentRecord
) -> None:
    holder.post(f"/status/{wang_record.key}/answer/", {"answer": "right"})
    made = Confirmation.objects.get()
    visitor = Client()
    for typed in [made.spaced_code, made.code.lower(), f" {made.code} "]:
        answer = visitor.post("/status/check/", {"code": typed})
        text = answer.content.decode()
        assert "真实有效" in text
        assert "王*" in text
        assert "王明" not in text
        assert sample_number(31)[-4:] not in text
        assert answer.headers["X-Robots-Tag"] == "noindex"
    change(wang_record, "name", "王明", "王铭")
    text = visitor.post("/status/check/", {"code": made.code}).content.decode()
    assert "已经过期" in text
    assert "王铭" not in text


@pytest.mark.parametrize("typed", ["", "0" * 16, "x" * 41, "王明", "\x00", "🙂" * 16])
def test_a_wrong_code_is_told_kindly(typed: str, db: None) -> None:
    answer = Client().post("/status/check/", {"code": typed})
    assert answer.status_code == 200
    assert "notice--good" not in answer.content.decode()


def test_strangers_neither_answer_nor_read_the_receipt(
    holder: Client, wang_record: StudentRecord
) -> None:
    holder.post(f"/status/{wang_record.key}/answer/", {"answer": "right"})
    made = Confirmation.objects.get()
    stranger = Client()
    stranger.force_login(make_account("stranger@example.org"))
    assert stranger.get(f"/status/receipts/{made.key}/").status_code == 404
    answer = stranger.post(f"/status/{wang_record.key}/answer/", {"answer": "right"})
    assert answer.status_code == 404
    assert Confirmation.objects.count() == 1


def test_checking_rests_after_many_codes_from_one_address(client: Client) -> None:
    """Counted in the database by address, together for receipts and reports."""
    for _ in range(30):
        assert client.post("/status/check/", {"code": "0" * 16}).status_code == 200
        assert client.get(f"/status/report/{'0' * 16}/").status_code == 200
    for answer in [
        client.post("/status/check/", {"code": "0" * 16}),
        client.get(f"/status/report/{'0' * 16}/"),
    ]:
        assert answer.status_code == 429
        assert "核对过于频繁" in answer.content.decode()
        assert "noindex" in answer.headers["X-Robots-Tag"]
    elsewhere = client.post("/status/check/", {"code": "0" * 16}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200
    assert client.get("/status/check/").status_code == 200


def test_a_publication_notifies_those_whose_answer_it_makes_stale(
    tmp_path: Path, wang: User, li: User
) -> None:
    """The one who confirmed the name is told; one who confirmed nothing of it is not."""
    make_school()
    rows = sample(3)
    run_import(write_csv(tmp_path / "first.csv", rows))
    first, second, _ = StudentRecord.objects.order_by("pk")
    for record, holder in [(first, wang), (second, li)]:
        StudentRecord.objects.filter(pk=record.pk).update(holder=holder, claimed_at=timezone.now())
    answer_record(record=first, account=wang, asked=["name"], wrong=[])
    answer_record(record=second, account=li, asked=["gender"], wrong=[])
    for row in rows:
        row[AT["姓名"]] += "改"
    run_import(write_csv(tmp_path / "second.csv", rows))
    told = Notice.objects.values_list("account", "kind", "path")
    assert list(told) == [(wang.pk, "answer_stale", "/status/")]
    [message] = OutboxMessage.objects.filter(purpose="notice_answer_stale")
    assert rows[0][AT["姓名"]] not in repr(message.__dict__)
