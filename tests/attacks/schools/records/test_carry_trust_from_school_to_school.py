"""What one school has done about a person opens or shows nothing of another school (T25)."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Rescue, User
from accounts.roles import Role
from accounts.tasks import finish_rescues
from audit.models import AuditEntry
from enrollment.models import ClassCounselor, Institution, InstitutionRegistrar, SchoolClass
from enrollment.models.institution import ThirdItem
from enrollment.records.corrections.services import (
    ProvinceAnswer,
    correct_record,
    settle_submission,
)
from enrollment.records.corrections.values import Change
from tests.attacks.schools.records.proving import holder_of, prove
from tests.outbox import Outbox
from tests.people import enter, make_account, make_record, make_school, sample_number
from tests.verification.assisted.helping import begin, hand_over
from verification import disputes
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Claim, Dispute

pytestmark = pytest.mark.django_db
NUMBER, ITEM = sample_number(12), "26110108150777"


@pytest.fixture
def strict(db: None) -> Institution:
    """A school that asks for the candidate number."""
    return make_school()


@pytest.fixture
def careless(db: None) -> Institution:
    """A school that asks for nothing beside name and number."""
    return make_school("10002", "乙校", third_item=ThirdItem.NONE)


def registrar_of(school: Institution) -> User:
    user = make_account(f"registrar@{school.code}.example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=school)
    return user


def test_an_account_given_back_by_one_school_opens_no_record_of_another(
    strict: Institution, careless: Institution, outbox: Outbox
) -> None:
    """The careless school plants a row, the account takes it up, its registrar "helps"."""
    owner = make_account("owner@example.org", phone="+8613912345678")
    mine = make_record(name="李晓雨", number=NUMBER, school=strict, candidate_number=ITEM)
    planted = make_record(name="李晓雨", number=NUMBER, school=careless)
    prove(owner)
    enter(owner).post(reverse("verification:further"), {"third_item": ITEM})
    assert holder_of(mine) == holder_of(planted) == owner
    _browser, code = begin(outbox)
    hand_over(registrar_of(careless), planted, code)
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    finish_rescues()
    assert holder_of(planted) == owner
    assert holder_of(mine) is None
    assert [claim.institution_code for claim in Claim.objects.filter(ended_at=None)] == ["10002"]
    assert Notice.objects.filter(account=owner, kind="records_to_prove_again").exists()
    assert AuditEntry.objects.filter(action="verification.close_after_rescue").count() == 1
    owner.refresh_from_db()
    enter(owner).post(reverse("verification:further"), {"third_item": ITEM})
    assert holder_of(mine) == owner


def test_the_desk_of_a_dispute_shows_how_the_sides_proved_to_this_school_alone(
    strict: Institution, careless: Institution
) -> None:
    holder = make_account("holder@example.org")
    theirs = make_record(name="李晓雨", number=NUMBER, school=careless)
    make_record(name="李晓雨", number=NUMBER, school=strict, candidate_number=ITEM)
    prove(holder, ITEM)
    Claim.objects.filter(institution_code=strict.code).update(
        claimed_at=timezone.now() - timedelta(days=900)
    )
    day = (timezone.localdate() - timedelta(days=900)).isoformat()
    claimant = make_account("claimant@example.org")
    prove(claimant, "x")
    registrar_of(strict)
    desk = registrar_of(careless)
    enter(claimant).post(
        reverse("verification:dispute"), {"words": "是我的", "institution": careless.pk}
    )
    dispute = Dispute.objects.get()
    disputes.look_into(dispute)
    Claim.objects.filter(institution_code=careless.code).delete()
    page = enter(desk).get(reverse("verification:dispute_desk", args=[dispute.key]))
    assert page.status_code == 200
    assert day not in page.content.decode()
    assert holder_of(theirs) == holder


def test_a_correction_in_the_middle_of_a_dispute_leaves_nothing_frozen_for_ever(
    strict: Institution,
) -> None:
    right = sample_number(13)
    holder, claimant = make_account("holder@example.org"), make_account("claimant@example.org")
    record = make_record(name="李晓雨", number=NUMBER, school=strict, candidate_number=ITEM)
    prove(holder, ITEM)
    claims.start_attempt(account=claimant, facts=Facts("李晓雨", "居民身份证", NUMBER, ITEM))
    claims.submit_attempt(account=claimant)
    desk = registrar_of(strict)
    enter(claimant).post(reverse("verification:dispute"), {"words": "是我的"})
    dispute = Dispute.objects.get()
    disputes.look_into(dispute)
    assert holder_of(record) == holder
    assert record.frozen_at
    made = correct_record(
        record=record, change=Change("certificate_number", right, "证明"), by=desk
    )
    agreed = ProvinceAnswer(True, timezone.localdate())
    settle_submission(correction=made, answer=agreed, by=desk)
    Dispute.objects.update(object_until=timezone.now())
    dispute.refresh_from_db()
    page = reverse("verification:decide_dispute", args=[dispute.key])
    enter(desk).post(page, {"decision": "holder", "reason": "核对了证件原件。"})
    assert holder_of(record) == holder
    assert record.frozen_at is None


def test_a_record_taken_back_by_a_decision_is_not_opened_by_stating_the_same_again(
    strict: Institution,
) -> None:
    record = make_record(name="李晓雨", number=NUMBER, school=strict, candidate_number=ITEM)
    prove(make_account("impostor@example.org"), ITEM)
    claimant = make_account("claimant@example.org")
    prove(claimant, ITEM)
    desk = registrar_of(strict)
    enter(claimant).post(reverse("verification:dispute"), {"words": "是我的"})
    dispute = Dispute.objects.get()
    disputes.look_into(dispute)
    Dispute.objects.update(object_until=timezone.now())
    page = reverse("verification:decide_dispute", args=[dispute.key])
    enter(desk).post(page, {"decision": "neither", "reason": "都没有到场。"})
    assert holder_of(record) is None
    prove(make_account("impostor2@example.org"), ITEM)
    assert holder_of(record) is None


def test_a_strangers_dispute_about_no_record_does_not_shut_its_person_out(
    strict: Institution,
) -> None:
    stranger, owner = make_account("stranger@example.org"), make_account("owner@example.org")
    prove(stranger, "x")
    desk = registrar_of(strict)
    enter(stranger).post(reverse("verification:dispute"), {"words": "是我的"})
    dispute = Dispute.objects.get()
    disputes.look_into(dispute)
    page = reverse("verification:decide_dispute", args=[dispute.key])
    enter(desk).post(page, {"decision": "neither", "reason": "没有到场。"})
    record = make_record(name="李晓雨", number=NUMBER, school=strict, candidate_number=ITEM)
    prove(owner, ITEM)
    assert holder_of(record) == owner


def test_the_page_of_people_names_no_class_of_another_school(
    strict: Institution, careless: Institution
) -> None:
    shared = make_account("shared@example.org", roles=(Role.COUNSELOR,))
    for school, code in ((strict, "本校一班"), (careless, "外校机密班")):
        made = SchoolClass.objects.create(institution=school, code=code)
        ClassCounselor.objects.create(user=shared, school_class=made)
    page = enter(registrar_of(strict)).get(reverse("registry:people")).content.decode()
    assert "本校一班" in page
    assert "外校机密班" not in page
