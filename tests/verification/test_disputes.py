"""Two accounts claim one identity (身份异议): opening, objecting, deciding, undoing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from audit.models import AuditEntry
from delivery.models import OutboxMessage
from enrollment.models import ClassCounselor, EvidenceFile, InstitutionRegistrar, StudentRecord
from tests.enrollment.files.evidence_files import picture
from tests.people import enter, make_account, make_record, make_school, sample_number
from tests.verification.disputes import PAGE, WORDS, open_one, state
from verification import disputes
from verification.claims.retry import match_waiting
from verification.facts import Facts
from verification.models import Claim, Decision, Dispute, Outcome, Vouch
from verification.retention import forget_old_disputes

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimant(wang: User, wang_record: StudentRecord) -> User:
    """A person who says that 王明's record is theirs, and states everything rightly."""
    account = make_account("true.wang@example.org")
    state(account, "王明", sample_number(31), wang_record.candidate_number)
    return account


@pytest.fixture
def dispute(claimant: User) -> Dispute:
    """Their dispute, looked into."""
    return open_one(claimant)


@pytest.fixture
def elsewhere(db: None) -> User:
    """The registrar of another school."""
    user = make_account("elsewhere@example.org", roles=(Role.REGISTRAR,))
    other = make_school("19990", "别的大学")
    InstitutionRegistrar.objects.create(user=user, institution=other)
    return user


def let_time_pass(dispute: Dispute) -> None:
    """The holder has had the time to object."""
    Dispute.objects.update(object_until=timezone.now() - timedelta(minutes=1))
    dispute.refresh_from_db()


def decide(registrar: User, dispute: Dispute, decision: str) -> None:
    """The registrar decides in the browser."""
    page = reverse("verification:decide_dispute", args=[dispute.key])
    enter(registrar).post(page, {"decision": decision, "reason": "核对了证件原件。"})
    dispute.refresh_from_db()


def test_a_dispute_freezes_the_record_and_notifies_the_holder(
    dispute: Dispute, wang: User, wang_record: StudentRecord
) -> None:
    wang_record.refresh_from_db()
    assert wang_record.frozen_at
    assert (dispute.outcome, dispute.holder) == (Outcome.ALREADY_CLAIMED, wang)
    assert Notice.objects.filter(account=wang, kind="dispute_to_answer").exists()
    assert OutboxMessage.objects.filter(purpose="notice_dispute_to_answer").exists()
    page = enter(wang).get(reverse("verification:objection", args=[dispute.key]))
    assert "提出反对" in page.content.decode()
    assert WORDS not in page.content.decode()


@pytest.mark.parametrize(
    ("name", "item", "free"), [("王鸣", "", False), ("王明", "x", False), ("", "", True)]
)
def test_what_does_not_fit_freezes_nothing_and_reads_the_same(
    name: str, item: str, free: bool, wang: User, wang_record: StudentRecord
) -> None:
    stranger = make_account("stranger@example.org")
    number = sample_number(98) if free else sample_number(31)
    state(stranger, name or "赵无", number, item or wang_record.candidate_number)
    found = open_one(stranger)
    wang_record.refresh_from_db()
    assert wang_record.frozen_at is None
    assert not Notice.objects.filter(account=wang).exists()
    assert found.outcome != Outcome.ALREADY_CLAIMED
    assert "学校正在核查" in enter(stranger).get(PAGE).content.decode()


def test_a_number_that_no_record_has_is_answered_by_the_only_school(
    wang_record: StudentRecord, desk_registrar: User
) -> None:
    stranger = make_account("stranger@example.org")
    state(stranger, "赵无", sample_number(98), "1")
    found = open_one(stranger)
    desk = enter(desk_registrar)
    page = desk.get(reverse("verification:dispute_desk", args=[found.key]))
    assert WORDS in page.content.decode()
    decide(desk_registrar, found, "claimant")
    assert found.state == "open", "there is no record to move"
    decide(desk_registrar, found, "neither")
    assert "学校未认定你是本人" in enter(stranger).get(PAGE).content.decode()


def test_with_several_schools_the_one_that_is_named_answers(
    wang_record: StudentRecord, desk_registrar: User, elsewhere: User
) -> None:
    stranger = make_account("stranger@example.org")
    state(stranger, "赵无", sample_number(98), "1")
    assert "请选择学校" in enter(stranger).get(PAGE).content.decode()
    enter(stranger).post(PAGE, {"words": WORDS})
    assert not Dispute.objects.exists()  # no school named
    found = open_one(stranger, institution=make_school("19990").pk)
    desk = reverse("verification:dispute_desk", args=[found.key])
    assert enter(elsewhere).get(desk).status_code == 200
    assert enter(desk_registrar).get(desk).status_code == 404


def test_a_number_that_a_record_has_goes_to_the_school_of_the_record(
    claimant: User, desk_registrar: User, elsewhere: User
) -> None:
    found = open_one(claimant, institution=make_school("19990").pk)
    desk = reverse("verification:dispute_desk", args=[found.key])
    assert enter(desk_registrar).get(desk).status_code == 200
    assert enter(elsewhere).get(desk).status_code == 404


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


def test_pages_of_known_and_unknown_numbers_are_equal(
    claimant: User, wang_record: StudentRecord
) -> None:
    stranger = make_account("stranger@example.org")
    state(stranger, "王明", sample_number(98), wang_record.candidate_number)
    pages = []
    for account in (claimant, stranger):
        open_one(account)
        text = enter(account).get(PAGE).content.decode()
        pages.append(text.replace(account.email, "").split("<ol")[0].split("<main")[1])
    assert pages[0] == pages[1]


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


def test_counselors_and_named_classmates_are_asked_to_vouch(
    claimant: User, wang_record: StudentRecord
) -> None:
    counselor = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert wang_record.school_class is not None
    ClassCounselor.objects.create(user=counselor, school_class=wang_record.school_class)
    mate = make_account("mate@example.org")
    record = make_record(
        name="李同", number=sample_number(55), holder=mate, claimed_at=timezone.now()
    )
    open_one(claimant, classmates=f"{record.student_number} 99999999")
    assert set(Vouch.objects.values_list("account__email", flat=True)) == {
        counselor.email,
        mate.email,
    }
    asked = Vouch.objects.get(account=mate)
    page = reverse("verification:vouch", args=[asked.pk])
    assert "王明" in enter(mate).get(page).content.decode()
    enter(mate).post(page, {"answer": "yes"})
    asked.refresh_from_db()
    assert asked.answer is True
    assert enter(counselor).get(page).status_code == 404


def test_files_are_read_by_their_giver_and_the_registrar(
    claimant: User, wang: User, desk_registrar: User
) -> None:
    found = open_one(claimant, evidence=SimpleUploadedFile("a.jpg", picture()))
    file = EvidenceFile.objects.get()
    mine = reverse("verification:dispute_evidence", args=[found.key, file.key])
    desk = reverse("verification:desk_evidence", args=[found.key, file.key])
    assert enter(claimant).get(mine).status_code == 200
    assert enter(desk_registrar).get(desk).status_code == 200
    assert enter(wang).get(mine).status_code == 404
    for user in (claimant, wang, make_account("r@example.org", roles=(Role.REGISTRAR,))):
        assert enter(user).get(desk).status_code == 404


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


def test_an_account_opens_few_disputes(claimant: User) -> None:
    client = enter(claimant)
    for _ in range(3):
        client.post(PAGE, {"words": WORDS})
        client.post(reverse("verification:withdraw_dispute"))
    assert "多次提出异议" in client.post(PAGE, {"words": WORDS}).content.decode()


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


def test_withdrawing_says_what_it_means_and_that_it_is_done(
    claimant: User, dispute: Dispute
) -> None:
    client = enter(claimant)
    assert "撤回后学校不再处理" in client.get(reverse("verification:dispute")).content.decode()
    page = client.post(reverse("verification:withdraw_dispute"), follow=True).content.decode()
    assert "异议已撤回" in page
