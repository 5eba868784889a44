"""Help face to face: the right account, a reason, a trace, and a way back."""

import re

import pytest
from django.urls import reverse

from accounts.models import Notice, User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from tests.people import enter, make_account
from verification.assisted import services as assisted
from verification.models import AssistCode, Claim

pytestmark = pytest.mark.django_db


def shown_code(student: User) -> str:
    """The code as the student reads it."""
    text = enter(student).post(reverse("verification:show_code")).content.decode()
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", text)
    assert found
    return found[0]


def assist(
    staff: User, record: StudentRecord, code: str, changes: dict[str, object] | None = None
) -> str:
    """Open the record in the browser; the text of the page that answers."""
    page = reverse("verification:assist", args=[record.key])
    values = {"code": code, "reason": "护照用户，无考生号", "seen": "on"} | (changes or {})
    return enter(staff).post(page, values, follow=True).content.decode()


def test_the_student_reads_the_record_at_once_and_is_told(
    li: User, li_record: StudentRecord, counselor: User
) -> None:
    code = shown_code(li)
    assert code.replace("-", "") not in str(AssistCode.objects.values())
    assert "学生现在可以查看学籍了" in assist(counselor, li_record, code.lower())
    assert "李晓雨" in enter(li).get(reverse("enrollment:status")).content.decode()
    assert Claim.objects.get(account=li).method == "assisted"
    assert Notice.objects.filter(account=li, kind="assisted").exists()
    entry = AuditEntry.objects.get(action="verification.assist")
    assert (entry.actor_id, entry.reason) == (counselor.pk, "护照用户，无考生号")
    assert not AssistCode.objects.exists()


def test_the_record_is_found_and_opened_without_a_second_reason(
    li: User, li_record: StudentRecord, counselor: User
) -> None:
    staff, search = enter(counselor), reverse("registry:search")
    page = reverse("verification:assist", args=[li_record.key])
    assert f'href="{page}"' in staff.post(search, {"words": "李晓雨"}).content.decode()
    values = {"code": shown_code(li), "reason": "护照用户，无考生号", "seen": "on"}
    assert staff.post(page, values).headers["Location"] == search  # where the next is found
    assert f'href="{page}"' not in staff.post(search, {"words": "李晓雨"}).content.decode()


def test_a_record_opened_by_staff_can_be_taken_back(
    li: User, li_record: StudentRecord, counselor: User
) -> None:
    assist(counselor, li_record, shown_code(li))
    page = reverse("verification:undo_assist", args=[li_record.key])
    assert (
        "已撤销" in enter(counselor).post(page, {"reason": "认错人"}, follow=True).content.decode()
    )
    li_record.refresh_from_db()
    assert li_record.holder is None
    assert not Claim.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    "changes", [{"code": "2222-2222"}, {"reason": ""}, {"seen": ""}, {"code": "❄"}]
)
def test_without_code_reason_or_person_nothing_happens(
    changes: dict[str, object], li: User, li_record: StudentRecord, counselor: User
) -> None:
    assist(counselor, li_record, shown_code(li), changes)
    li_record.refresh_from_db()
    assert li_record.holder is None


def test_a_code_lives_half_an_hour(li: User, li_record: StudentRecord, counselor: User) -> None:
    code = shown_code(li)
    AssistCode.objects.update(expires_at="2026-01-01T00:00:00Z")
    assert "协助码无效" in assist(counselor, li_record, code)


def test_tries_of_assistance_codes_are_limited(
    li: User, li_record: StudentRecord, counselor: User
) -> None:
    for _ in range(assisted.MAX_WRONG_CODES_PER_DAY):
        with pytest.raises(assisted.UnknownCodeError):
            assisted.assist(record=li_record, code="22222222", reason="x", by=counselor)
    assert "输错次数过多" in assist(counselor, li_record, shown_code(li))


def test_records_that_are_held_and_those_of_others_stay_closed(
    li: User, li_record: StudentRecord, wang_record: StudentRecord, counselor: User
) -> None:
    held = assist(counselor, wang_record, shown_code(li))
    assert "身份异议" in held
    stranger = make_account("other@example.org", roles=(Role.COUNSELOR,))
    page = reverse("verification:assist", args=[li_record.key])
    assert enter(stranger).get(page).status_code == 404
    assert enter(li).get(page).status_code == 404
