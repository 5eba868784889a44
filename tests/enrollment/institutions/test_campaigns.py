"""Campaigns and rules: who checks what until when, what verification asks for."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.institutions.settings.field_rules import CHECKABLE
from enrollment.models import Campaign, Institution, InstitutionRegistrar, StudentRecord
from tests.people import enter, make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.django_db
NEW = reverse("registry:new_campaign")


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar's browser."""
    return enter(desk_registrar)


def values(**changes: object) -> dict[str, object]:
    """A campaign of this month."""
    today = timezone.localdate()
    rules: dict[str, object] = {f"rules-{name}": "leave" for name in CHECKABLE}
    return (
        rules
        | {
            "institution": make_school().pk,
            "name": "新生学籍核对",
            "entry_year": 2026,
            "starts_on": today.isoformat(),
            "ends_on": today.isoformat(),
            "rules-name": "confirm",
            "rules-major_name": "confirm",
            "rules-college": "ignore",
        }
        | changes
    )


def test_a_campaign_decides_what_the_student_is_asked(
    desk: Client, wang: User, wang_record: StudentRecord
) -> None:
    desk.post(NEW, values())
    client = Client()
    client.force_login(wang)
    text = client.get(reverse("enrollment:status")).content.decode()
    assert "新生学籍核对" in text
    assert 'value="major_name"' in text
    assert 'value="gender"' not in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"rules-name": "leave", "rules-major_name": "ignore"}, "rules"),
        ({"rules-name": ""}, "rules"),
        ({"rules-name": "holder"}, "rules"),
        ({"entry_year": 99999}, "entry_year"),
        ({"starts_on": "2026-99-99"}, "starts_on"),
        ({"name": ""}, "name"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(
    changes: dict[str, object], field: str, desk: Client
) -> None:
    answer = desk.post(NEW, values(**changes))
    assert field in answer.context["form"].errors
    assert not Campaign.objects.exists()


def test_each_field_has_one_of_three_rules(desk: Client) -> None:
    desk.post(NEW, values())
    campaign = Campaign.objects.get()
    assert campaign.confirm_fields == ["name", "major_name"]
    assert campaign.ignore_fields == ["college"]
    page = desk.get(reverse("registry:campaign", args=[campaign.key])).content.decode()
    chosen = re.findall(r'name="rules-(\w+)" value="(\w+)"\s+checked', page)
    assert dict(chosen) == dict.fromkeys(CHECKABLE, "leave") | {
        "name": "confirm",
        "major_name": "confirm",
        "college": "ignore",
    }
    assert len(chosen) == len(CHECKABLE)


def test_a_preview_says_what_students_see_and_how_many_and_keeps_nothing(
    desk: Client, wang_record: StudentRecord
) -> None:
    for serial, (year, status) in enumerate([(2026, "休学"), (2026, "毕业"), (2025, "休学")], 60):
        entry = date(year, 9, 1)
        make_record(name="张三", number=sample_number(serial), status=status, entry_date=entry)
    page = desk.post(NEW, values(act="preview")).content.decode()
    assert "学生会看到" in page
    assert "姓名、专业" in page
    assert "暂时无需核对：学院" in page
    assert "涉及 2 名在籍学生" in page
    assert 'value="新生学籍核对"' in page
    assert not Campaign.objects.exists()
    everyone = desk.post(NEW, values(act="preview", entry_year="")).content.decode()
    assert "涉及 3 名在籍学生" in everyone


def test_two_campaigns_never_ask_the_same_people_at_once(desk: Client) -> None:
    desk.post(NEW, values())
    again = desk.post(NEW, values(name="另一个"))
    assert "同一入学年份" in again.content.decode()
    desk.post(NEW, values(name="全体", entry_year=""))
    assert Campaign.objects.count() == 2
    first = Campaign.objects.get(name="新生学籍核对")
    page = reverse("registry:campaign", args=[first.key])
    desk.post(page, values(name="改名"))
    assert Campaign.objects.filter(name="改名").exists()
    desk.post(reverse("registry:end_campaign", args=[first.key]))
    assert Campaign.objects.count() == 1
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"enrollment.keep_campaign", "enrollment.end_campaign"} <= acts


def test_the_rules_say_what_verification_asks_for(desk: Client) -> None:
    page = reverse("registry:rules", args=[make_school().code])
    school = make_school()
    Institution.objects.filter(pk=school.pk).update(third_item="none")
    desk.post(page, {"third_item": "student_number", "second_approver": "on"})
    school.refresh_from_db()
    assert (school.third_item, school.second_approver) == ("student_number", True)
    desk.post(page, {"third_item": "nonsense"})
    school.refresh_from_db()
    assert school.third_item == "student_number"


def test_other_schools_are_not_settled() -> None:
    other = make_account("q@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=other, institution=make_school("19990", "别的大学"))
    stranger = enter(other)
    page = reverse("registry:rules", args=[make_school().code])
    assert stranger.post(page, {"third_item": "none"}).status_code == 404
    assert "institution" in stranger.post(NEW, values()).context["form"].errors


def test_names_of_schools_in_a_list_carry_their_language(desk: Client) -> None:
    page = desk.get(NEW).content.decode()
    options = re.findall(r"<option[^>]*>[^<]*大学[^<]*</option>", page)
    assert options
    assert all('lang="zh-Hans"' in option for option in options)
