"""Something is stated to a school at the moment in which its account is deleted."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.deletion.services import erase_account
from accounts.models import Consent, User
from support.models import Cause, Report
from support.reports import services as reports
from tests.people import make_account, make_school, sample_number
from tests.races.meanwhile import meanwhile
from verification import disputes
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Dispute, VerificationAttempt

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = Facts("李晓雨", "居民身份证", sample_number(12), "26110108150777")


def search(account: User) -> None:
    claims.start_attempt(account=account, facts=FACTS, agrees=True)


def contest(account: User) -> None:
    disputes.open_dispute(account=account, facts=FACTS, statement=disputes.Statement("是我的"))


def report(account: User) -> None:
    statement = reports.Statement("查不到", name="李晓雨")
    reports.open_report(
        account=account, cause=Cause.OTHER, statement=statement, institution=make_school()
    )


@pytest.mark.parametrize("state", [search, contest, report])
def test_nothing_that_a_deleted_account_has_stated_is_kept(state: Callable[[User], None]) -> None:
    account = make_account("late@example.org")
    make_school()
    User.objects.update(deletion_due_at=timezone.now() - timedelta(days=1))

    def late() -> None:
        refusals = (
            claims.NothingToSubmitError,
            disputes.TooManyDisputesError,
            reports.TooLateError,
        )
        with suppress(*refusals):
            state(account)

    meanwhile(lambda: erase_account(account.pk), late)
    kept = [*VerificationAttempt.objects.all(), *Dispute.objects.all(), *Report.objects.all()]
    assert kept == []
    assert not Consent.objects.exists()
