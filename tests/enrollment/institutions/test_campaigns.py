"""Campaigns and rules: who checks what until when, what verification asks for."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import Campaign, Institution, InstitutionRegistrar, StudentRecord
from tests.people import enter, make_account, make_school

pytestmark = pytest.mark.django_db
NEW = reverse("registry:new_campaign")


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar's browser."""
    return enter(desk_registrar)


def values(**changes: object) -> dict[str, object]:
    """A campaign of this month."""
    today = timezone.localdate()
    return {
        "institution": make_school().pk,
        "name": "新生学籍核对",
        "entry_year": 2026,
        "starts_on": today.isoformat(),
        "ends_on": today.isoformat(),
        "confirm_fields": ["name", "major_name"],
        "ignore_fields": ["college"],
    } | changes


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
        ({"ignore_fields": ["name"]}, "ignore_fields"),
        ({"confirm_fields": []}, "confirm_fields"),
        ({"confirm_fields": ["holder"]}, "confirm_fields"),
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
