"""A dispute is decided once the holder could object: the record moves, and back when undone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from audit.models import AuditEntry
from enrollment.models import EvidenceFile, StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change
from tests.enrollment.files.evidence_files import picture
from tests.people import enter, make_account, make_record, sample_number
from tests.verification.disputes.sides import WORDS, decide, let_time_pass, open_one, state
from verification import disputes
from verification.claims.retry import match_waiting
from verification.facts import Facts
from verification.models import Claim, Decision, Dispute
from verification.retention import forget_old_disputes

pytestmark = pytest.mark.django_db


def test_a_holder_not_yet_notified_may_object_before_the_record_moves(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    stranger = make_account("stranger@example.org")
    state(stranger, "王明", sample_number(31), "x")
    found = open_one(stranger)
    assert not Notice.objects.filter(account=wang).exists()
    decide(desk_registrar, found, "claimant")
    wang_record.refresh_from_db()
    assert (found.state, found.holder, wang_record.holder) == ("open", wang, wang)
    assert wang_record.frozen_at
    assert Notice.objects.filter(account=wang, kind="dispute_to_answer").exists()
    let_time_pass(found)
    decide(desk_registrar, found, "claimant")
    wang_record.refresh_from_db()
    assert wang_record.holder == stranger


def test_deciding_for_neither_takes_nothing_from_a_holder_not_yet_notified(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    stranger = make_account("stranger@example.org")
    state(stranger, "王明", sample_number(31), "x")
    decide(desk_registrar, open_one(stranger), "neither")
    wang_record.refresh_from_db()
    assert wang_record.holder == wang


def test_the_registrar_waits_for_the_objection_and_decides(
    dispute: Dispute, wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    decide(desk_registrar, dispute, "claimant")
    assert dispute.state == "open"  # the holder may still object
    holder = enter(wang)
    page = reverse("verification:objection", args=[dispute.key])
    holder.post(page, {"words": "是我本人", "evidence": SimpleUploadedFile("a.jpg", picture())})
    desk = enter(desk_registrar).get(reverse("verification:dispute_desk", args=[dispute.key]))
    text = desk.content.decode()
    assert WORDS in text
    assert "是我本人" in text
    assert sample_number(31) not in text
    decide(desk_registrar, dispute, "holder")
    wang_record.refresh_from_db()
    assert (wang_record.holder, wang_record.frozen_at) == (wang, None)
    assert "学籍仍归你" in holder.get(page).content.decode()


def test_disputes_of_one_minute_about_one_record_are_told_apart(
    dispute: Dispute, wang_record: StudentRecord, desk_registrar: User
) -> None:
    other = make_account("other@example.org")
    state(other, "王明", sample_number(31), "x")
    second = open_one(other)
    Dispute.objects.update(opened_at=dispute.opened_at)
    page = enter(desk_registrar).get(reverse("verification:disputes")).content.decode()
    assert dispute.number in page
    assert second.number in page
    assert "o***@example.org" in page
    assert page.count(wang_record.name) == 2
    listed = AuditEntry.objects.get(action="verification.list_disputes")
    assert listed.actor_id == desk_registrar.pk


def test_the_record_moves_to_who_is_right_and_back_when_undone(
    dispute: Dispute, claimant: User, wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    let_time_pass(dispute)
    decide(desk_registrar, dispute, "claimant")
    wang_record.refresh_from_db()
    assert (wang_record.holder, wang_record.frozen_at) == (claimant, None)
    assert Claim.objects.get(ended_at=None).account == claimant
    assert "王明" in enter(claimant).get(reverse("enrollment:status")).content.decode()
    enter(desk_registrar).post(reverse("verification:undo_decision", args=[dispute.key]))
    wang_record.refresh_from_db()
    dispute.refresh_from_db()
    assert (wang_record.holder, dispute.state) == (wang, "open")
    assert wang_record.frozen_at
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {f"verification.{a}_dispute" for a in ("open", "decide", "undo")} <= acts


@pytest.mark.parametrize("is_same_person", [True, False])
def test_a_decision_is_undone_after_the_number_was_corrected_if_it_is_the_same_person(
    is_same_person: bool,
    dispute: Dispute, claimant: User, wang: User, wang_record: StudentRecord, desk_registrar: User,
) -> None:  # fmt: skip
    let_time_pass(dispute)
    decide(desk_registrar, dispute, "claimant")
    number = sample_number(32) if is_same_person else sample_number(31, born="19990101")
    change = Change("certificate_number", number, approval=Approval("7", timezone.localdate()))
    correct_record(record=wang_record, change=change, by=desk_registrar)
    enter(desk_registrar).post(reverse("verification:undo_decision", args=[dispute.key]))
    wang_record.refresh_from_db()
    dispute.refresh_from_db()
    assert wang_record.holder == (wang if is_same_person else None)
    assert dispute.state == ("open" if is_same_person else "decided")
    assert Claim.objects.filter(ended_at=None, account=wang).exists() == is_same_person


def test_deciding_for_neither_leaves_the_record_without_holder(
    dispute: Dispute, wang_record: StudentRecord, desk_registrar: User
) -> None:
    let_time_pass(dispute)
    decide(desk_registrar, dispute, "neither")
    wang_record.refresh_from_db()
    assert wang_record.holder is None
    assert not Claim.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("way", ["next import", "again"])
def test_after_neither_was_right_the_record_opens_neither_by_stating_again_nor_by_waiting(
    way: str, dispute: Dispute, wang: User, claimant: User, wang_record: StudentRecord,
    desk_registrar: User,
) -> None:  # fmt: skip
    let_time_pass(dispute)
    decide(desk_registrar, dispute, "neither")
    if way == "next import":
        match_waiting()
    else:
        for account in (claimant, wang):
            state(account, "王明", sample_number(31), wang_record.candidate_number)
    wang_record.refresh_from_db()
    assert wang_record.holder is None
    third = make_account("third@example.org")
    state(third, "王明", sample_number(31), wang_record.candidate_number)
    wang_record.refresh_from_db()
    assert wang_record.holder is None, "a second account states the same"


def test_another_person_with_the_same_number_is_left_alone(
    claimant: User, wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    other = make_account("other@example.org")
    theirs = make_record(
        name="李小雨", number=sample_number(31), candidate_number="1", student_number="1",
        holder=other, claimed_at=timezone.now(),
    )  # fmt: skip
    dispute = open_one(claimant)
    assert dispute.holder == wang
    assert not Notice.objects.filter(account=other).exists()
    let_time_pass(dispute)
    decide(desk_registrar, dispute, "claimant")
    theirs.refresh_from_db()
    wang_record.refresh_from_db()
    assert (theirs.holder, theirs.frozen_at) == (other, None)
    assert (wang_record.holder, wang_record.frozen_at) == (claimant, None)


@pytest.mark.parametrize("is_stated", [True, False])
def test_what_was_written_and_shown_is_forgotten_in_time(
    claimant: User, desk_registrar: User, is_stated: bool
) -> None:
    found = open_one(claimant, evidence=SimpleUploadedFile("a.jpg", picture()))
    if not is_stated:
        Dispute.objects.update(statement_sealed=b"")
    let_time_pass(found)
    decide(desk_registrar, found, "holder")
    assert forget_old_disputes() == 0
    Dispute.objects.update(decided_at=timezone.now() - timedelta(days=91))
    assert forget_old_disputes() == 1
    found.refresh_from_db()
    assert not EvidenceFile.objects.exists()
    assert (bytes(found.statement_sealed), bytes(found.facts_sealed)) == (b"", b"")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["open", "decide"])
def test_of_twenty_at_once_one_wins(
    act: str, claimant: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    facts = Facts("王明", "居民身份证", sample_number(31), wang_record.candidate_number)
    if act == "decide":
        found = open_one(claimant)
        let_time_pass(found)

    def go(number: int) -> bool:
        try:
            if act == "open":
                statement = disputes.Statement(WORDS)
                disputes.open_dispute(account=claimant, facts=facts, statement=statement)
            else:
                choice = [Decision.CLAIMANT, Decision.HOLDER][number % 2]
                disputes.decide(dispute=found, decision=choice, reason="x", by=desk_registrar)
        except (disputes.TooManyDisputesError, disputes.TooLateError):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(go, range(20))) == 1
