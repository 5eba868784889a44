"""The student sees who of the school has looked at the record."""

import pytest
from django.test import Client

import audit.services as trail
from accounts.models import User
from accounts.roles import Role
from enrollment.models import InstitutionRegistrar, StudentRecord
from tests.people import make_account

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
    trail.record(
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
        trail.record(
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
