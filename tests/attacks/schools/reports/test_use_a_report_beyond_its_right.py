"""A report outlives its right, or is issued and extended without one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.limits.rules import RULES
from accounts.models import User
from enrollment.models import StatusReport, StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change
from enrollment.records.freezing import RecordFrozenError
from enrollment.records.release import release_records
from enrollment.records.withholding import end_of_delay, withhold
from enrollment.status_page.cards import card_of
from enrollment.status_reports.services import RecordChangedError, issue_report
from tests.attacks.schools.reports.public_check import ask
from tests.enrollment.status_reports.reports import bring, file_of, issue
from tests.people import make_account, sample_number
from verification import disputes
from verification.facts import Facts
from verification.models import Decision, Dispute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
FACTS = ("王明", "2007")


def says_no_more_than_a_verdict(text: str) -> None:
    """Nothing of the person, and no “still valid”."""
    assert "已失效" in text
    assert "仍然有效，" not in text
    for fact in FACTS:
        assert fact not in text


@pytest.mark.parametrize("by", ["code", "file"])
@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_only_the_verdict_is_left_of_it(
    holder: Client, report: StatusReport, by: str, how: str
) -> None:
    content = file_of(holder, report)
    past = timezone.now() - timedelta(days=1)
    if how == "revoked":
        holder.post(reverse("enrollment:report_revoke", args=[report.key]))
    else:
        StatusReport.objects.update(valid_until=past, issued_at=past - timedelta(days=1))
    says_no_more_than_a_verdict(ask(report.code) if by == "code" else bring(content))


@pytest.mark.parametrize(
    "how", ["taken back", "name", "number", "type", "another account", "account deleted"]
)
def test_it_ends_with_the_right_to_it(
    wang: User, wang_record: StudentRecord, report: StatusReport, how: str
) -> None:
    """Whatever part of the portal, or a statement by hand, changes the record."""
    changes: dict[str, dict[str, object]] = {
        "taken back": {"holder": None, "claimed_at": None},
        "name": {"name": "王朋"},
        "number": {"certificate_hash": b"other"},
        "type": {"certificate_type": "护照"},
        "another account": {"holder": make_account("other@example.org")},
        "account deleted": {"holder": None},
    }
    StudentRecord.objects.filter(pk=wang_record.pk).update(**changes[how])
    report.refresh_from_db()
    assert report.revoked_at is not None
    says_no_more_than_a_verdict(ask(report.code))


def test_it_attests_the_record_and_not_the_account(
    wang: User, wang_record: StudentRecord, report: StatusReport
) -> None:
    User.objects.filter(pk=wang.pk).update(is_active=False)
    assert "仍然有效" in ask(report.code)
    release_records(keys=[wang_record.pk], by=None, cause="x")
    says_no_more_than_a_verdict(ask(report.code))


def test_the_impostors_report_ends_with_the_dispute(
    dispute: Dispute, wang_record: StudentRecord, wang: User, desk_registrar: User
) -> None:
    client = Client()
    client.force_login(wang)
    StudentRecord.objects.update(frozen_at=None)
    report = issue(client, wang_record, language="zh")
    Dispute.objects.update(object_until=timezone.now() - timedelta(days=1))
    dispute.refresh_from_db()
    disputes.decide(
        dispute=dispute, decision=Decision.CLAIMANT, reason="本人到校", by=desk_registrar
    )
    says_no_more_than_a_verdict(ask(report.code))


@pytest.mark.parametrize("by", ["code", "link", "file"])
def test_while_the_record_is_in_dispute_it_proves_nothing(
    holder: Client, report: StatusReport, true_wang: User, wang_record: StudentRecord, by: str
) -> None:
    content = file_of(holder, report)
    facts = Facts("王明", "居民身份证", sample_number(31), wang_record.candidate_number)
    words = disputes.Statement("有人用了我的身份证号。")
    opened = disputes.open_dispute(account=true_wang, facts=facts, statement=words)
    disputes.look_into(opened)
    link = reverse("enrollment:check_report_code", args=[report.code])
    text = {
        "code": lambda: ask(report.code),
        "link": lambda: Client().get(link).content.decode(),
        "file": lambda: bring(content),
    }[by]()
    assert "暂不能证明" in text
    assert "仍然有效，" not in text
    assert not any(fact in text for fact in FACTS)
    disputes.withdraw(dispute=opened)  # as it was read before it was looked into
    assert "王明" in ask(report.code)


def test_while_the_record_is_in_dispute_no_report_is_extended(
    holder: Client, report: StatusReport
) -> None:
    StudentRecord.objects.update(frozen_at=timezone.now())
    until = report.valid_until
    page = reverse("enrollment:report_extend", args=[report.key])
    assert "正在身份异议核查中" in holder.post(page, {"days": 180}, follow=True).content.decode()
    report.refresh_from_db()
    assert report.valid_until == until


def test_another_field_that_changes_leaves_it_valid(
    wang_record: StudentRecord, report: StatusReport
) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(college="软件学院", version=2)
    assert "仍然有效" in ask(report.code)


def test_issuing_has_a_daily_limit(holder: Client, wang_record: StudentRecord) -> None:
    most = RULES["issue_report"][0].limit
    given = {"purpose": "实习", "language": "zh", "days": 30, "pin": ""}
    for _ in range(most + 3):
        answer = holder.post(f"/status/{wang_record.key}/reports/", given, follow=True)
        assert answer.status_code == 200
    assert StatusReport.objects.count() == most
    assert "明天" in answer.content.decode()


def test_a_report_is_not_extended_while_the_record_is_withheld(
    holder: Client, wang: User, report: StatusReport
) -> None:
    withhold(account=wang, until=end_of_delay())
    page = reverse("enrollment:report_extend", args=[report.key])
    assert holder.post(page, {"days": 180}, follow=True).status_code == 404
    until = report.valid_until
    report.refresh_from_db()
    assert report.valid_until == until


def test_a_report_is_not_issued_of_a_name_that_was_corrected_meanwhile(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    """It would end with the correction, had it been issued a moment before."""
    card = card_of(wang, wang_record.key)
    assert card is not None
    approval = Approval("教函〔2026〕1号", timezone.localdate())
    change = Change("name", "王朋", "", approval)
    correct_record(record=wang_record, change=change, by=desk_registrar)
    with pytest.raises(RecordChangedError):
        issue_report(card=card, account=wang, purpose="x", language="zh", days=1, pin="")


def test_a_report_is_not_issued_for_a_record_that_has_just_left(
    wang: User, wang_record: StudentRecord
) -> None:
    """The page was open when the school took the record back."""
    card = card_of(wang, wang_record.key)
    assert card is not None
    StudentRecord.objects.update(holder=None, claimed_at=None)
    with pytest.raises(RecordFrozenError):
        issue_report(card=card, account=wang, purpose="x", language="zh", days=1, pin="")
