"""A dispute is opened: what it freezes, who is told, asked and answers, and what it gives away."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from delivery.models import OutboxMessage
from enrollment.models import ClassCounselor, EvidenceFile, StudentRecord
from tests.enrollment.files.evidence_files import picture
from tests.people import enter, make_account, make_record, make_school, sample_number
from tests.verification.disputes.sides import PAGE, WORDS, decide, open_one, state
from verification.models import Dispute, Outcome, Vouch

pytestmark = pytest.mark.django_db


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
    own = Vouch.objects.get(account=counselor)
    staff_page = enter(counselor).get(reverse("verification:vouch", args=[own.pk]))
    text = staff_page.content.decode()
    assert "同班" not in text  # a counselor is nobody's classmate
    assert reverse("support:board") in text  # the menu of their work stays


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


def test_an_account_opens_few_disputes(claimant: User) -> None:
    client = enter(claimant)
    for _ in range(3):
        client.post(PAGE, {"words": WORDS})
        client.post(reverse("verification:withdraw_dispute"))
    assert "多次提出异议" in client.post(PAGE, {"words": WORDS}).content.decode()


def test_withdrawing_says_what_it_means_and_that_it_is_done(
    claimant: User, dispute: Dispute
) -> None:
    client = enter(claimant)
    assert "撤回后学校不再处理" in client.get(reverse("verification:dispute")).content.decode()
    page = client.post(reverse("verification:withdraw_dispute"), follow=True).content.decode()
    assert "异议已撤回" in page
