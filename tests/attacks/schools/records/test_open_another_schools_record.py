"""A registrar, a helper or a stranger wants a record of a school that asks more (T25)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Institution, InstitutionRegistrar, StudentRecord
from enrollment.models.institution import ThirdItem
from enrollment.records.corrections.services import (
    ProvinceAnswer,
    correct_record,
    settle_submission,
)
from enrollment.records.corrections.values import Change
from tests.attacks.schools.records.planting import help_at, plant
from tests.attacks.schools.records.proving import NUMBER, holder_of, prove
from tests.people import enter, make_account, make_record, sample_number
from verification import disputes
from verification.claims.retry import match_waiting
from verification.models import Dispute

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "planted",
    [
        {},
        {"candidate_number": "111", "student_number": "222"},
        {"phone": "+8613900139000"},
    ],
    ids=["asks nothing", "third item of their own", "phone of their own"],
)
@pytest.mark.parametrize("comes", ["before", "after"])
def test_a_planted_row_opens_its_own_school_alone(
    comes: str, planted: dict[str, str], puppet: User, careless: Institution
) -> None:
    if "candidate_number" in planted:
        Institution.objects.update(third_item=ThirdItem.CANDIDATE_NUMBER)
    row = plant(careless, **planted)
    if comes == "before":
        victim = make_record(name="李晓雨", number=NUMBER, candidate_number="26110108150777")
    prove(puppet, planted.get("candidate_number", ""))
    if comes == "after":
        victim = make_record(name="李晓雨", number=NUMBER, candidate_number="26110108150777")
    match_waiting()
    match_waiting()
    assert holder_of(row) == puppet
    assert holder_of(victim) is None


def test_a_planted_row_does_not_shut_its_person_out(
    puppet: User, careless: Institution, victim: StudentRecord, li: User
) -> None:
    plant(careless)
    prove(puppet)
    client = prove(li, "26110108150777")
    assert holder_of(victim) == li
    assert "李晓雨" in client.get(reverse("enrollment:status")).content.decode()


def test_a_correction_to_the_victims_number_opens_nothing_elsewhere(
    puppet: User, careless: Institution, victim: StudentRecord, registrar: User
) -> None:
    own = make_record(name="李晓雨", number=sample_number(55), school=careless)
    client = enter(puppet)
    facts = {"name": "李晓雨", "certificate_type": "居民身份证", "number": sample_number(55)}
    client.post(reverse("verification:start"), facts | {"third_item": "x"})
    client.post(reverse("verification:check"))
    assert holder_of(own) == puppet
    InstitutionRegistrar.objects.create(user=registrar, institution=careless)
    made = correct_record(
        record=own, change=Change("certificate_number", NUMBER, "省厅批复"), by=registrar
    )
    agreed = ProvinceAnswer(True, timezone.localdate())
    settle_submission(correction=made, answer=agreed, by=registrar)
    match_waiting()
    assert holder_of(victim) is None


def test_a_school_that_tightens_its_setting_is_asked_again_at_the_next_import(
    puppet: User, careless: Institution
) -> None:
    plant(careless)
    prove(puppet)
    careless.third_item = ThirdItem.CANDIDATE_NUMBER
    careless.save()
    later = plant(careless, candidate_number="333", student_number="444", level="硕士")
    match_waiting()
    assert holder_of(later) is None
    enter(puppet).post(reverse("verification:further"), {"third_item": "333"})
    assert holder_of(later) == puppet


def test_a_waiting_attempt_meets_the_setting_of_the_moment(
    puppet: User, careless: Institution
) -> None:
    prove(puppet)
    careless.third_item = ThirdItem.CANDIDATE_NUMBER
    careless.save()
    row = plant(careless)
    match_waiting()
    assert holder_of(row) is None


def test_the_further_record_needs_its_own_schools_item_and_tries_are_counted(
    puppet: User, careless: Institution, victim: StudentRecord
) -> None:
    plant(careless)
    client = prove(puppet)
    page = reverse("verification:further")
    answers = [client.post(page, {"third_item": f"0{n}"}).status_code for n in range(12)]
    assert 429 in answers
    assert holder_of(victim) is None


def test_the_person_opens_the_further_record_with_its_own_item(
    li: User, careless: Institution, victim: StudentRecord
) -> None:
    plant(careless)
    client = prove(li, "wrong")
    assert holder_of(victim) is None
    text = client.post(
        reverse("verification:further"), {"third_item": "2611 0108150777"}, follow=True
    ).content.decode()
    assert holder_of(victim) == li
    assert "明德示范大学" in text


def contested(careless: Institution, victim: StudentRecord, li: User, puppet: User) -> Dispute:
    """li holds both records; the puppet opens a dispute that the attacker's school decides."""
    row = plant(careless)
    for record in (victim, row):
        StudentRecord.objects.filter(pk=record.pk).update(holder=li, claimed_at=timezone.now())
    client = prove(puppet, "x")
    client.post(reverse("verification:dispute"), {"words": "是我", "institution": careless.pk})
    found = Dispute.objects.get(claimant=puppet)
    disputes.look_into(found)
    found.refresh_from_db()
    return found


@pytest.mark.parametrize("decision", ["claimant", "neither"])
def test_a_decision_moves_and_freezes_the_acting_schools_record_alone(
    decision: str, careless: Institution, victim: StudentRecord, li: User, puppet: User,
    registrar: User,
) -> None:  # fmt: skip
    for school in (careless, victim.institution):
        user = make_account(f"r{school.code}@example.org", roles=(Role.REGISTRAR,))
        InstitutionRegistrar.objects.create(user=user, institution=school)
    InstitutionRegistrar.objects.create(user=registrar, institution=careless)
    found = contested(careless, victim, li, puppet)
    assert found.institution_code == careless.code
    victim.refresh_from_db()
    assert victim.frozen_at is None
    Dispute.objects.update(object_until=timezone.now() - timedelta(minutes=1))
    page = reverse("verification:decide_dispute", args=[found.key])
    enter(registrar).post(page, {"decision": decision, "reason": "x"})
    assert holder_of(victim) == li
    assert victim.frozen_at is None
    enter(registrar).post(reverse("verification:undo_decision", args=[found.key]))
    assert holder_of(victim) == li


def test_the_desk_shows_the_acting_schools_record_alone(
    careless: Institution, victim: StudentRecord, li: User, puppet: User, registrar: User
) -> None:
    InstitutionRegistrar.objects.create(user=registrar, institution=careless)
    found = contested(careless, victim, li, puppet)
    page = reverse("verification:dispute_desk", args=[found.key])
    text = enter(registrar).get(page).content.decode()
    assert "乙校" in text
    assert "明德示范大学" not in text


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.REGISTRAR])
def test_help_opens_and_takes_back_the_acting_schools_record_alone(
    role: Role, careless: Institution, victim: StudentRecord, puppet: User
) -> None:
    row = plant(careless)
    staff = help_at(careless, row, puppet, role)
    match_waiting()
    assert holder_of(row) == puppet
    assert holder_of(victim) is None
    text = enter(puppet).get(reverse("enrollment:status")).content.decode()
    assert "明德示范大学" not in text
    StudentRecord.objects.filter(pk=victim.pk).update(holder=puppet, claimed_at=timezone.now())
    page = reverse("verification:undo_assist", args=[row.key])
    enter(staff).post(page, {"reason": "x"})
    assert holder_of(row) is None
    assert holder_of(victim) == puppet
