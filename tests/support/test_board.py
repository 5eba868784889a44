"""The class board: true figures, the people behind them, for the class's own counselor."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.confirming import CHECKLIST, answer_record
from enrollment.models import ClassCounselor, FieldChange, StudentRecord
from support.board.standing import Part, standings
from tests.people import make_account, make_record, sample_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_in_each_part(db: None) -> dict[str, StudentRecord]:
    """A class with one person in each part, and one who has left."""
    found = {}
    for serial, part in enumerate(Part.values, start=201):
        record = make_record(name=f"甲{part}", number=sample_number(serial))
        found[part] = record
        if part == Part.UNBOUND:
            continue
        record.holder, record.claimed_at = make_account(f"{part}@example.org"), timezone.now()
        record.save()
        if part != Part.TO_CHECK:
            wrong = ["name"] if part == Part.DISPUTED else []
            answer_record(record=record, account=record.holder, asked=CHECKLIST, wrong=wrong)
    for part, field in ((Part.STALE, "name"), (Part.CONFIRMED, "college")):
        FieldChange.objects.create(record=found[part], field=field, version=2)
    make_record(name="甲已退学", number=sample_number(299), status="退学")
    return found


@pytest.fixture
def counselor(client: Client, one_in_each_part: dict[str, StudentRecord]) -> User:
    """The counselor of the class, signed in."""
    user = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    school_class = one_in_each_part["unbound"].school_class
    assert school_class is not None
    ClassCounselor.objects.create(user=user, school_class=school_class)
    client.force_login(user)
    return user


def test_each_person_counts_in_one_part_and_leavers_in_none(
    one_in_each_part: dict[str, StudentRecord],
) -> None:
    school_class = one_in_each_part["unbound"].school_class
    assert school_class is not None
    (standing,) = standings([school_class])
    assert standing.counts == dict.fromkeys(Part.values, 1)


@pytest.mark.parametrize("part", Part.values)
def test_the_person_behind_each_figure_is_named_with_a_masked_number(
    part: str, client: Client, counselor: User, one_in_each_part: dict[str, StudentRecord]
) -> None:
    record = one_in_each_part[part]
    text = client.get(f"/support/board/{record.school_class_id}/{part}/").content.decode()
    assert [name in text for name in (f"甲{p}" for p in Part.values)] == [
        p == part for p in Part.values
    ]
    assert all(sample_number(serial) not in text for serial in range(201, 206))
    assert "1****************" in text
    assert AuditEntry.objects.filter(actor_id=counselor.pk, action="support.list_class_part")


def test_nobody_else_sees_the_class(
    client: Client, counselor: User, one_in_each_part: dict[str, StudentRecord]
) -> None:
    page = f"/support/board/{one_in_each_part['unbound'].school_class_id}/unbound/"
    assert client.get(page.replace("unbound", "burnt")).status_code == 404
    for roles in ((), (Role.COUNSELOR,), (Role.REGISTRAR,), (Role.AUDITOR,)):
        stranger = Client()
        stranger.force_login(make_account(f"x{roles}@example.org", roles=roles))
        assert stranger.get(page).status_code == 404
    ClassCounselor.objects.all().delete()
    assert client.get(page).status_code == 404
    assert "甲" not in client.get("/support/board/").content.decode()


def test_the_board_counts_all_classes_in_one_query(
    client: Client, counselor: User, django_assert_max_num_queries: object
) -> None:
    client.get("/support/board/")
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert "已确认 1 / 5 人" in client.get("/support/board/").content.decode()
