"""What people stated and what was decided is gone after its time, and no sooner."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from pytest_django import Settings

from accounts.deletion.services import erase_account
from accounts.models import User
from enrollment.models import StudentRecord
from tests.people import enter, make_account, sample_number
from verification.claims import services as claims
from verification.claims.matching import match
from verification.disputes import claim_objections
from verification.facts import Facts
from verification.models import (
    AttemptState,
    Claim,
    ClaimAlert,
    ClaimMethod,
    Decision,
    Dispute,
    DisputeState,
    Outcome,
    VerificationAttempt,
    Vouch,
)
from verification.tasks import forget_ended, forget_old_facts

pytestmark = pytest.mark.django_db
HASHES = ("certificate_hash", "name_hash", "prefix_hash", "address_hash")
WANG = Facts("王明", "居民身份证", sample_number(31), "2611010815031")


def end(dispute: Dispute, decision: str, *, days: int) -> None:
    """The school decided ``days`` ago, with a reason."""
    Dispute.objects.filter(pk=dispute.pk).update(
        state=DisputeState.DECIDED,
        decision=decision,
        decided_at=Now() - timedelta(days=days),
        reason_sealed=dispute.sealed("李晓雨是同班同学，证件是她的。", "reason"),
        classmates=["2025010112"],
        stated_school="19998",
    )


def erase(account: User) -> None:
    """The account asked to be deleted, and its time has come."""
    User.objects.filter(pk=account.pk).update(deletion_due_at=Now() - timedelta(days=1))
    assert erase_account(account.pk)


def state(account: User, *, days: int = 0) -> VerificationAttempt:
    """What ``account`` stated in vain ``days`` ago."""
    claims.start_attempt(account=account, facts=WANG, address_hash=b"address")
    claims.submit_attempt(account=account)
    attempt = VerificationAttempt.objects.get(account=account)
    VerificationAttempt.objects.update(submitted_at=Now() - timedelta(days=days))
    return attempt


@pytest.mark.parametrize(("days", "kept"), [(179, True), (181, False)])
@pytest.mark.parametrize("outcome", [AttemptState.UNMATCHED, AttemptState.VERIFIED])
def test_hashes_of_what_was_stated_are_gone_with_the_facts(
    days: int, kept: bool, outcome: AttemptState, wang_record: StudentRecord
) -> None:
    attempt = state(make_account("vain@example.org"), days=days)
    VerificationAttempt.objects.update(state=outcome)
    forget_old_facts()
    attempt.refresh_from_db()
    assert [bool(getattr(attempt, name)) for name in HASHES] == [kept] * 4
    assert bool(attempt.facts_sealed) is kept
    assert attempt.outcome == Outcome.ALREADY_CLAIMED, "counts against the account"


def test_an_attempt_that_was_never_finished_is_gone(li: User) -> None:
    claims.start_attempt(account=li, facts=WANG)
    VerificationAttempt.objects.update(started_at=Now() - timedelta(days=179))
    forget_old_facts()
    assert VerificationAttempt.objects.exists()
    VerificationAttempt.objects.update(started_at=Now() - timedelta(days=181))
    forget_old_facts()
    assert not VerificationAttempt.objects.exists()


def test_nothing_that_was_stated_outlives_the_account(wang_record: StudentRecord) -> None:
    account = make_account("gone@example.org")
    state(account)
    assert VerificationAttempt.objects.filter(account=account).exists()
    erase(account)
    assert not VerificationAttempt.objects.filter(account=account).exists()


@pytest.mark.parametrize("decision", [Decision.CLAIMANT, Decision.HOLDER, Decision.NEITHER])
def test_reason_and_witnesses_of_a_dispute_are_gone_after_a_year(
    decision: str, dispute: Dispute, asked_to_vouch: Vouch, true_wang: User
) -> None:
    end(dispute, decision, days=364)
    forget_ended()
    dispute.refresh_from_db()
    assert dispute.reason
    assert dispute.classmates
    assert Vouch.objects.exists()
    end(dispute, decision, days=366)
    forget_ended()
    dispute.refresh_from_db()
    assert (dispute.reason, dispute.classmates, dispute.stated_school) == ("", [], "")
    assert not Vouch.objects.exists()
    assert enter(true_wang).get(reverse("verification:dispute")).status_code == 200


def test_a_dispute_is_kept_as_long_as_it_is_open(dispute: Dispute, asked_to_vouch: Vouch) -> None:
    Dispute.objects.update(opened_at=Now() - timedelta(days=1000), classmates=["2025010112"])
    forget_ended()
    dispute.refresh_from_db()
    assert dispute.classmates
    assert dispute.statement
    assert Vouch.objects.exists()


def test_an_account_that_lost_stays_barred_and_the_number_is_gone_with_it(
    dispute: Dispute, true_wang: User, wang_record: StudentRecord
) -> None:
    end(dispute, Decision.HOLDER, days=366)
    StudentRecord.objects.update(holder=None, claimed_at=None, frozen_at=None)
    Claim.objects.all().delete()
    stated = Facts("王明", "居民身份证", sample_number(31), wang_record.candidate_number)
    forget_ended()
    assert match(stated, true_wang).outcome == Outcome.FROZEN
    erase(true_wang)
    forget_ended()
    assert not Dispute.objects.exists()


def test_a_withdrawn_dispute_is_gone_after_a_year(dispute: Dispute) -> None:
    over = {"state": DisputeState.WITHDRAWN}
    Dispute.objects.update(decided_at=Now() - timedelta(days=364), **over)
    forget_ended()
    assert Dispute.objects.exists()
    Dispute.objects.update(decided_at=Now() - timedelta(days=366), **over)
    forget_ended()
    assert not Dispute.objects.exists()


def test_an_ended_claim_is_gone_after_a_year_and_a_living_one_stays(
    wang: User, wang_record: StudentRecord, settings: Settings
) -> None:
    Claim.objects.all().delete()
    common = {"account": wang, "certificate_hash": b"x", "method": ClaimMethod.SELF}
    Claim.objects.create(**common, claimed_at=Now() - timedelta(days=3000))
    ended = Claim.objects.create(**common, ended_at=Now() - timedelta(days=364))
    forget_ended()
    assert Claim.objects.count() == 2
    settings.ENDED_DAYS = 363
    forget_ended()
    assert not Claim.objects.filter(pk=ended.pk).exists()
    assert Claim.objects.count() == 1


def test_an_alert_is_gone_after_a_year(claim_alert: ClaimAlert) -> None:
    ClaimAlert.objects.update(made_at=Now() - timedelta(days=364))
    forget_ended()
    assert ClaimAlert.objects.exists()
    ClaimAlert.objects.update(made_at=Now() - timedelta(days=366))
    forget_ended()
    assert not ClaimAlert.objects.exists()


def test_an_objection_is_kept_as_long_as_it_waits(claim_objection: ClaimAlert) -> None:
    long_ago = Now() - timedelta(days=1000)
    ClaimAlert.objects.update(made_at=long_ago, objected_at=long_ago)
    forget_ended()
    assert ClaimAlert.objects.exists()


@pytest.mark.parametrize("taken_back", [True, False])
def test_an_objection_that_ended_a_claim_bars_the_account_until_that_is_deleted(
    taken_back: bool, claim_objection: ClaimAlert, wang: User, desk_registrar: User
) -> None:
    claim_objections.settle_objection(
        alert=claim_objection, taken_back=taken_back, reason="x", by=desk_registrar
    )
    ClaimAlert.objects.update(settled_at=Now() - timedelta(days=366))
    forget_ended()
    assert ClaimAlert.objects.exists() is taken_back
    erase(wang)
    forget_ended()
    assert not ClaimAlert.objects.exists()
