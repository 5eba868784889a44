"""A record under dispute is frozen: what is refused, what staff read, when it ends."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, StudentRecord
from tests.people import enter, make_account, sample_number
from tests.verification.disputes.sides import open_one, state
from verification.models import Dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimant(wang: User, wang_record: StudentRecord) -> User:
    """A person who says that 王明's record is theirs, and states everything rightly."""
    account = make_account("true.wang@example.org")
    state(account, "王明", sample_number(31), wang_record.candidate_number)
    return account


@pytest.fixture
def dispute(claimant: User) -> Dispute:
    """Their dispute, looked into."""
    return open_one(claimant)


def test_a_name_corrected_meanwhile_does_not_leave_the_record_frozen(
    dispute: Dispute, wang_record: StudentRecord, claimant: User
) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(name="王䶮", name_canonical="王䶮")
    enter(claimant).post(reverse("verification:withdraw_dispute"))
    wang_record.refresh_from_db()
    assert wang_record.frozen_at is None


def test_withdrawing_thaws_the_record(
    dispute: Dispute, claimant: User, wang_record: StudentRecord
) -> None:
    enter(claimant).post(reverse("verification:withdraw_dispute"))
    wang_record.refresh_from_db()
    assert wang_record.frozen_at is None


def test_a_frozen_record_is_neither_confirmed_nor_reported_on(
    dispute: Dispute, wang: User, wang_record: StudentRecord
) -> None:
    holder = enter(wang)
    answer = reverse("enrollment:answer", args=[wang_record.key])
    text = holder.post(answer, {"answer": "right"}, follow=True).content.decode()
    assert "正在身份异议核查中" in text
    assert not wang_record.confirmations.exists()
    values = {"purpose": "实习", "language": "zh", "days": 30}
    page = reverse("enrollment:reports", args=[wang_record.key])
    assert "正在身份异议核查中" in holder.post(page, values, follow=True).content.decode()
    assert not wang_record.reports.exists()


def record_page(user: User, record: StudentRecord) -> str:
    """The page of ``record`` for a member of staff, the reason for opening it given."""
    desk = enter(user)
    desk.post(reverse("registry:viewing_reason", args=[record.key]), {"reason": "学生到访"})
    return desk.get(reverse("registry:record", args=[record.key])).content.decode()


def test_the_staffs_page_says_why_a_record_is_frozen_and_since_when(
    dispute: Dispute, wang_record: StudentRecord, desk_registrar: User
) -> None:
    wang_record.refresh_from_db()
    assert wang_record.frozen_at
    since = timezone.localtime(wang_record.frozen_at).strftime("%Y-%m-%d %H:%M")
    link = reverse("verification:dispute_desk", args=[dispute.key])
    page = record_page(desk_registrar, wang_record)
    assert f"自 {since} 起冻结" in page
    assert "另一个账号称这条学籍是自己的" in page
    assert f'href="{link}"' in page
    enter(dispute.claimant).post(reverse("verification:withdraw_dispute"))
    wang_record.refresh_from_db()
    assert "起冻结" not in record_page(desk_registrar, wang_record)


def test_staff_who_do_not_decide_learn_that_a_record_is_frozen_and_who_decides(
    dispute: Dispute, wang_record: StudentRecord
) -> None:
    counselor = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert wang_record.school_class is not None
    ClassCounselor.objects.create(user=counselor, school_class=wang_record.school_class)
    page = record_page(counselor, wang_record)
    assert "起冻结" in page
    assert "由学校学籍管理员裁定" in page
    assert reverse("verification:dispute_desk", args=[dispute.key]) not in page
