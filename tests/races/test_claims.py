"""Twenty people claim at once: the database lets one of them win."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from accounts.models import User
from enrollment.models import StudentRecord
from tests.people import make_account, make_record, make_school, sample_number
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import AttemptState, Claim

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 20


def test_twenty_accounts_claim_one_person_and_one_wins(settings: Settings) -> None:
    settings.VERIFICATION_LIMITS = {
        **settings.VERIFICATION_LIMITS,
        "name_day": 99,
        "prefix_day": 99,
    }
    record = make_record(name="李晓雨", number=sample_number(12))
    make_record(name="李晓雨", number=sample_number(12), school=make_school("10004", "丁校"))
    accounts = [make_account(f"c{n}@example.org") for n in range(CLIENTS)]
    for account in accounts:
        claims.start_attempt(
            account=account,
            facts=Facts("李晓雨", "居民身份证", sample_number(12), record.candidate_number),
        )
    ready = Barrier(CLIENTS)

    def claim(account: User) -> AttemptState:
        try:
            ready.wait()
            return claims.submit_attempt(account=account)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        states = list(pool.map(claim, accounts))
    assert states.count(AttemptState.VERIFIED) == 1
    assert states.count(AttemptState.UNMATCHED) == CLIENTS - 1
    winner = accounts[states.index(AttemptState.VERIFIED)]
    assert {claim.account for claim in Claim.objects.all()} == {winner}
    assert set(StudentRecord.objects.values_list("holder", flat=True)) == {winner.pk}


def test_one_account_claims_two_people_at_once_and_gets_one() -> None:
    first = make_record(name="李晓雨", number=sample_number(12))
    second = make_record(name="王明", number=sample_number(31))
    account = make_account("c@example.org")
    ready = Barrier(2)

    def claim(record: StudentRecord) -> bool:
        ready.wait()
        try:
            with transaction.atomic():
                Claim.objects.create(
                    account=account, certificate_hash=record.certificate_hash, method="self"
                )
        except IntegrityError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(claim, [first, second])) == [False, True]
