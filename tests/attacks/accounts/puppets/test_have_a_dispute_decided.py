"""A dispute is decided, or its decision undone, so that a puppet account gets a record whole."""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ImportBatch, InstitutionRegistrar, StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change
from enrollment.records.withholding import RecordWithheldError, refuse_withheld
from tests.attacks.accounts.puppets.taking import NUMBER, assist, takes
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.people import enter, make_account, make_record, make_school, sample_number
from verification import disputes
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Decision, Dispute

pytestmark = pytest.mark.django_db
RIGHT = sample_number(13)


def contest(account: User, record: StudentRecord, item: str) -> Dispute:
    """Open a dispute over the record with what staff can read of it."""
    facts = Facts(record.name, record.certificate_type, NUMBER, item)
    dispute = disputes.open_dispute(account=account, facts=facts, statement=disputes.Statement("x"))
    disputes.look_into(dispute)
    Dispute.objects.filter(pk=dispute.pk).update(object_until=None)
    return dispute


@pytest.mark.parametrize("item", ["", "wrong"])
def test_a_registrar_who_decides_a_dispute_for_a_puppet_is_not_the_second_person(
    victim: StudentRecord, desk_registrar: User, puppet: User, item: str
) -> None:
    dispute = contest(puppet, victim, item)
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=desk_registrar)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


@pytest.mark.parametrize("decision", [Decision.CLAIMANT, Decision.NEITHER])
def test_a_decision_that_is_undone_does_not_end_the_delay(
    victim: StudentRecord, desk_registrar: User, puppet: User, decision: Decision
) -> None:
    assist(desk_registrar, victim, puppet)
    dispute = contest(make_account("second@example.org"), victim, victim.candidate_number)
    disputes.decide(dispute=dispute, decision=decision, reason="x", by=desk_registrar)
    disputes.undo_decision(dispute=dispute, by=desk_registrar)
    disputes.withdraw(dispute=dispute)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


def test_a_registrar_who_undid_the_decision_is_not_the_second_person(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    StudentRecord.objects.update(holder=puppet, claimed_at=timezone.now())
    dispute = contest(make_account("true@example.org"), victim, victim.candidate_number)
    honest = make_account("honest@example.org", roles=(Role.REGISTRAR,))
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=honest)
    disputes.undo_decision(dispute=dispute, by=desk_registrar)
    disputes.withdraw(dispute=dispute)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


def test_a_registrar_who_corrects_the_number_after_deciding_is_not_the_second_person(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    dispute = contest(puppet, victim, "")
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=desk_registrar)
    correct_number(victim, desk_registrar)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


def test_a_second_row_of_the_number_makes_who_decided_no_second_person(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    dispute = contest(puppet, victim, "")
    second = make_record(
        name="王别名", number=NUMBER, student_number="2026999999", candidate_number="26110199999999"
    )
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=desk_registrar)
    second.refresh_from_db()
    assert second.holder is None
    correct_number(victim, desk_registrar)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


def test_a_decision_is_undone_after_the_number_was_corrected(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    holder = make_account("true@example.org")
    StudentRecord.objects.update(holder=holder, claimed_at=timezone.now())
    dispute = contest(puppet, victim, victim.candidate_number)
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=desk_registrar)
    correct_number(victim, desk_registrar)
    disputes.undo_decision(dispute=dispute, by=desk_registrar)
    victim.refresh_from_db()
    assert victim.holder == holder
    assert victim.frozen_at is not None


def test_who_has_lost_a_dispute_does_not_claim_by_the_corrected_number(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    dispute = contest(puppet, victim, victim.candidate_number)
    disputes.decide(dispute=dispute, decision=Decision.NEITHER, reason="x", by=desk_registrar)
    correct_number(victim, desk_registrar)
    facts = Facts(victim.name, "居民身份证", RIGHT, victim.candidate_number)
    claims.start_attempt(account=puppet, facts=facts)
    claims.submit_attempt(account=puppet)
    victim.refresh_from_db()
    assert victim.holder is None


def test_who_decided_for_a_puppet_at_one_school_is_not_the_second_person_at_another(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    """What waits for a second person at one school makes a record claimed elsewhere wait too."""
    other = make_school("10002", "乙校")
    InstitutionRegistrar.objects.create(user=desk_registrar, institution=other)
    there = make_record(name=victim.name, number=NUMBER, school=other)
    dispute = contest(puppet, there, "")
    Dispute.objects.update(institution_code="10002")
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=desk_registrar)
    facts = Facts(victim.name, "居民身份证", NUMBER, victim.candidate_number)
    claims.start_attempt(account=puppet, facts=facts)
    claims.submit_attempt(account=puppet)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


def correct_number(record: StudentRecord, by: User) -> None:
    """Correct the number, with an approval of the province that nobody has seen."""
    record.refresh_from_db()
    approval = Approval("学〔2026〕7号", timezone.localdate())
    change = Change("certificate_number", RIGHT, approval=approval)
    correct_record(record=record, change=change, by=by)


def test_who_planted_a_phone_in_one_record_opens_no_other_of_the_person(
    media: Path, tmp_path: Path, desk_registrar: User
) -> None:
    make_school()
    row = sample(1)[0]
    row[AT["手机号"]] = "13700137000"
    run_import(write_csv(tmp_path / "first.csv", [row]))
    row[AT["手机号"]] = "13900139000"
    run_import(write_csv(tmp_path / "second.csv", [row]))
    ImportBatch.objects.update(created_by=desk_registrar)
    planted = StudentRecord.objects.get()
    number = row[AT["证件号码"]]
    second = make_record(name=planted.name, number=number, candidate_number="9", level="硕士")
    puppet = make_account("puppet@example.org", phone="+8613900139000")
    claims.start_attempt(account=puppet, facts=Facts(planted.name, "居民身份证", number, ""))
    claims.submit_attempt(account=puppet)
    assert set(StudentRecord.objects.filter(holder=puppet)) == {planted, second}
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[second.key]))
    for record in (planted, second):
        with pytest.raises(RecordWithheldError):
            refuse_withheld(record)
