"""Tries are counted in the database, by account, name and number."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.people import make_account, sample_number
from tests.verification.conftest import Walk
from verification.claims import services as claims
from verification.claims.limits import LimitReachedError
from verification.facts import Facts
from verification.models import VerificationAttempt


@pytest.mark.django_db
def test_the_sixth_failure_of_a_day_is_not_tried(li: User, walk: Walk) -> None:
    for serial in range(5):
        assert walk(li, name=f"李{serial}", number=sample_number(serial)).status_code == 200
    page = walk(li, number=sample_number(900, born="20060101"))
    assert page.status_code == 429
    assert "之后可以再试" in page.content.decode()
    assert VerificationAttempt.objects.exclude(state="draft").count() == 5


@pytest.mark.django_db
def test_after_ten_failures_only_the_counselor_can_help(li: User, walk: Walk) -> None:
    for serial in range(10):
        walk(li, name=f"李{serial}", number=sample_number(serial, born=f"200708{serial + 10}"))
        VerificationAttempt.objects.update(submitted_at=F("submitted_at") - timedelta(days=2))
    page = walk(li, name="李末", number=sample_number(77, born="20060101"))
    assert page.status_code == 429
    assert "辅导员" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("same", ["name", "prefix"])
def test_many_accounts_cannot_try_one_victim(same: str, walk: Walk) -> None:
    statuses = []
    for serial in range(11):
        account = make_account(f"bot{serial}@example.org")
        name = "李晓雨" if same == "name" else f"李{serial}"
        born = "20070815" if same == "prefix" else f"200708{serial + 10}"
        statuses.append(walk(account, name=name, number=sample_number(serial, born)).status_code)
    assert statuses == [200] * 10 + [429]


@pytest.mark.django_db
def test_one_address_meets_its_limit_whatever_it_forges(settings: Settings) -> None:
    settings.VERIFICATION_LIMITS = {**settings.VERIFICATION_LIMITS, "address_day": 3}
    statuses = []
    for serial in range(5):
        client = Client(headers={"X-Forwarded-For": f"203.0.113.{serial}"})
        client.force_login(make_account(f"bot{serial}@example.org"))
        stated = {
            "name": f"李{serial}",
            "certificate_type": "居民身份证",
            "number": sample_number(serial, born=f"200708{serial + 10}"),
            "third_item": "1",
        }
        client.post("/verify/", stated)
        statuses.append(client.post("/verify/check/", follow=True).status_code)
    assert statuses == [200, 200, 200, 429, 429]


@pytest.mark.django_db(transaction=True)
def test_parallel_tries_do_not_outrun_the_count(settings: Settings) -> None:
    settings.VERIFICATION_LIMITS = {**settings.VERIFICATION_LIMITS, "prefix_day": 3}
    accounts = [make_account(f"bot{n}@example.org") for n in range(12)]

    def attempt(pair: tuple[int, User]) -> bool:
        serial, account = pair
        facts = Facts(f"李{serial}", "居民身份证", sample_number(serial), "1")
        try:
            claims.start_attempt(account=account, facts=facts)
            claims.submit_attempt(account=account)
        except LimitReachedError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(12) as pool:
        allowed = list(pool.map(attempt, enumerate(accounts)))
    assert sum(allowed) == 3
