"""The student sees who of the school has looked at the record."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Notice, User
from accounts.roles import Role
from audit.models import AuditEntry
from audit.services import record_action
from enrollment.confirmations.services import answer_record
from enrollment.models import InstitutionRegistrar, Photo, StudentRecord
from support.models import Report
from tests.people import enter, make_account, sample_number
from vault.cipher import seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(client: Client, wang: User, wang_record: StudentRecord) -> Client:
    """王明, signed in."""
    client.force_login(wang)
    return client


def test_a_look_by_the_registrar_is_told(
    holder: Client, wang_record: StudentRecord, registrar: User
) -> None:
    InstitutionRegistrar.objects.get_or_create(user=registrar, institution=wang_record.institution)
    record_action(
        action="enrollment.view_record",
        actor_id=registrar.pk,
        subject_type="record",
        subject_key=wang_record.key,
        reason="核对姓名用字",
    )
    text = holder.get(f"/status/{wang_record.key}/viewings/").content.decode()
    assert "学籍管理员" in text
    assert "查看了学籍信息" in text
    assert "核对姓名用字" in text
    assert registrar.email not in text


def test_ones_own_looks_and_other_records_are_not_told(
    holder: Client, wang: User, wang_record: StudentRecord, li_record: StudentRecord
) -> None:
    staff = make_account("r2@example.org", roles=(Role.REGISTRAR,))
    for actor, record in [(wang, wang_record), (staff, li_record)]:
        record_action(
            action="enrollment.reveal_certificate",
            actor_id=actor.pk,
            subject_type="record",
            subject_key=record.key,
        )
    text = holder.get(f"/status/{wang_record.key}/viewings/").content.decode()
    assert "还没有人查看过" in text


@pytest.mark.parametrize("page", ["abc", "-1", "٣", "9" * 50])
def test_odd_page_numbers_do_no_harm(page: str, holder: Client, wang_record: StudentRecord) -> None:
    answer = holder.get(f"/status/{wang_record.key}/viewings/", {"page": page})
    assert answer.status_code == 200


def test_strangers_find_nothing(wang_record: StudentRecord) -> None:
    stranger = Client()
    stranger.force_login(make_account("stranger@example.org"))
    assert stranger.get(f"/status/{wang_record.key}/viewings/").status_code == 404


@pytest.fixture
def desk(desk_registrar: User, wang_record: StudentRecord) -> Client:
    """The registrar's browser, the password given a moment ago."""
    return enter(desk_registrar)


def test_staff_say_why_before_a_record_opens_and_the_student_reads_it(
    desk: Client, holder: Client, wang_record: StudentRecord
) -> None:
    page = reverse("registry:record", args=[wang_record.key])
    why = reverse("registry:viewing_reason", args=[wang_record.key])
    assert desk.get(page).headers["Location"] == why
    assert not AuditEntry.objects.filter(action="enrollment.view_record").exists()
    assert "请说明原因" in desk.post(why, {"reason": "", "words": ""}).content.decode()
    desk.post(why, {"reason": "学生到访"})
    assert "王明" in desk.get(page).content.decode()
    told = holder.get(f"/status/{wang_record.key}/viewings/").content.decode()
    assert "学生到访" in told


def test_the_registrar_sees_the_full_number_with_a_reason_in_the_trail(
    desk: Client, holder: Client, wang_record: StudentRecord
) -> None:
    page = reverse("registry:number", args=[wang_record.key])
    assert "why" in desk.get(page).headers["Location"]
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), {"words": "报省"})
    assert sample_number(31) in desk.get(page).content.decode()
    assert "报省" in holder.get(f"/status/{wang_record.key}/viewings/").content.decode()


def aged(client: Client, seconds: int) -> None:
    """The reasons given by this browser, so many seconds older."""
    session = client.session
    kept = [*session.get("access_reasons", {}).values(), session.get("access_reason")]
    for reason in filter(None, kept):
        reason["at"] -= seconds
    session.save()


@pytest.mark.parametrize("for_all", [{}, {"for_all": "on"}])
def test_a_reason_is_forgotten_after_an_hour(
    for_all: dict[str, str], desk: Client, wang_record: StudentRecord
) -> None:
    given = {"words": "报省"} | for_all
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), given)
    page = reverse("registry:record", args=[wang_record.key])
    aged(desk, 3500)
    assert desk.get(page).status_code == 200
    aged(desk, 101)
    assert "why" in desk.get(page).headers["Location"]


def test_a_reason_is_used_for_another_record_only_if_one_says_so(
    desk: Client, wang_record: StudentRecord, li_record: StudentRecord
) -> None:
    page, other = (reverse("registry:record", args=[r.key]) for r in (wang_record, li_record))
    why = reverse("registry:viewing_reason", args=[wang_record.key])
    desk.post(why, {"words": "学生到访"})
    assert desk.get(page).status_code == 200
    assert "why" in desk.get(other).headers["Location"]
    assert "why" in desk.get(f"{other}number/").headers["Location"]
    desk.post(why, {"words": "核对照片", "for_all": "on"})
    assert "用于这一小时内打开的所有内容" in desk.get(other).content.decode()
    desk.post(why, {"words": "学生到访"})  # given anew for one record: no longer for all
    assert "why" in desk.get(other).headers["Location"]


def test_the_page_tells_staff_how_far_the_student_is(
    desk: Client, wang: User, wang_record: StudentRecord, wang_problem: Report
) -> None:
    answer_record(record=wang_record, account=wang, asked=["name", "gender"], wrong=["name"])
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), {"words": "学生到访"})
    page = desk.get(reverse("registry:record", args=[wang_record.key])).content.decode()
    assert "w***@example.org" in page
    assert wang.email not in page
    assert "提出有误 姓名" in page
    assert wang_problem.number in page
    assert reverse("support:queue_report", args=[wang_problem.key]) in page


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_page_shows_staff_a_phone_once_its_owner_has_confirmed_it(
    confirmed: bool, desk: Client, wang: User, wang_record: StudentRecord
) -> None:
    at = timezone.now() if confirmed else None
    User.objects.filter(pk=wang.pk).update(phone="+8613900001234", phone_confirmed_at=at)
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), {"words": "学生到访"})
    page = desk.get(reverse("registry:record", args=[wang_record.key])).content.decode()
    assert ("139****1234" in page) is confirmed


def test_the_student_reads_what_became_of_a_correction(
    holder: Client, wang_record: StudentRecord, registrar: User
) -> None:
    for act in ("support.enter_result", "enrollment.correction_refused"):
        record_action(
            action=act, actor_id=registrar.pk, subject_type="record", subject_key=wang_record.key
        )
    told = holder.get(f"/status/{wang_record.key}/viewings/").content.decode()
    assert "打开" in told
    assert "不同意更正" in told


def test_staff_see_a_photo_for_the_reason_and_the_student_reads_it(
    desk: Client, holder: Client, wang_record: StudentRecord, media: Path
) -> None:
    photo = Photo(record=wang_record, kind="admission", width=1, height=1)
    content = ContentFile(seal(b"jpeg", context=f"photo:{photo.key}"))
    photo.stored_as = default_storage.save(f"photos/{photo.key}", content)
    photo.save()
    address = reverse("registry:photo", args=[wang_record.key, "admission"])
    assert "why" in desk.get(address).headers["Location"]
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), {"words": "人像比对"})
    assert f'href="{address}"' in desk.get(
        reverse("registry:record", args=[wang_record.key])
    ).content.decode()  # fmt: skip
    assert desk.get(address).content == b"jpeg"
    told = holder.get(f"/status/{wang_record.key}/viewings/").content.decode()
    assert "查看了照片" in told


def test_the_student_reads_who_read_the_report(
    desk: Client, holder: Client, wang_record: StudentRecord, wang_problem: Report
) -> None:
    desk.get(reverse("support:queue_report", args=[wang_problem.key]))
    told = holder.get(f"/status/{wang_record.key}/viewings/").content.decode()
    assert "查看问题反馈" in told
    assert "其他原因" not in told  # no reason is asked for it
    assert "不在此列" in told


def test_very_many_looks_in_a_day_alarm_the_auditors_once(
    desk: Client, wang_record: StudentRecord, auditor: User, settings: Settings
) -> None:
    settings.VIEWS_PER_DAY = 3
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), {"words": "报省"})
    page = reverse("registry:record", args=[wang_record.key])
    for look in range(6):
        desk.get(page)
        alarms = AuditEntry.objects.filter(action="enrollment.viewing_alarm").count()
        assert alarms == (look >= 3)
    assert Notice.objects.filter(account=auditor, kind="viewing_alarm").count() == 1
