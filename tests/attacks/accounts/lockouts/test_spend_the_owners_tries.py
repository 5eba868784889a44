"""Strangers and neighbours fail on purpose, so that the owner is refused (T27)."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.limits import login_attempts
from accounts.models import LimitHit, User
from enrollment.models import StudentRecord
from tests.accounts.limits.proofs import solve_page
from tests.attacks.accounts.browsers import ELSEWHERE, HOME, browser, used_browser
from tests.people import PASSWORD, make_account, sample_number
from tests.verification.conftest import Walk
from tests.verification.conftest import walk as walk
from verification.models import Claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_proofs")]


def fail(address: str, times: int) -> str:
    for number in range(times):
        values = {"login": f"name.{number}@example.org", "password": "wrong"}
        page = browser(address).post(reverse("account_login"), values)
    return page.content.decode()


def test_wrong_passwords_of_the_neighbours_cost_a_proof_and_not_the_entry(owner: User) -> None:
    fail(HOME, 10)
    client = browser()
    values = {"login": owner.email, "password": PASSWORD}
    page = client.post(reverse("account_login"), values).content.decode()
    assert "_auth_user_id" not in client.session
    client.post(reverse("account_login"), {**values, "captcha": solve_page(page)})
    assert "_auth_user_id" in client.session


def test_a_browser_used_before_needs_no_proof_for_its_neighbours(owner: User) -> None:
    client = used_browser(owner)
    fail(HOME, 10)
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_who_is_signed_in_confirms_whatever_the_neighbours_do(owner: User, wang: User) -> None:
    client, other = browser(), browser()
    client.force_login(owner)
    other.force_login(owner)
    fail(HOME, 10)
    for _ in range(6):
        other.post(reverse("account_reauthenticate"), {"password": "wrong"})
    page = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert page.status_code == 302, "a thief in another session spends only their own tries"
    assert not LimitHit.objects.filter(action="sign_in_ip").count() > 10


def test_wrong_codes_of_the_second_factor_elsewhere_leave_the_owner_theirs(owner: User) -> None:
    for _ in range(5):
        login_attempts.check_factor(account=owner, client=ELSEWHERE, known=False)
    with pytest.raises(ValidationError):
        login_attempts.check_factor(account=owner, client=ELSEWHERE, known=False)
    login_attempts.check_factor(account=owner, client=HOME, known=False)
    login_attempts.check_factor(account=owner, client=ELSEWHERE, known=True)


def test_guesses_at_a_second_factor_from_many_networks_end(owner: User) -> None:
    for number in range(100):
        login_attempts.check_factor(account=owner, client=f"198.51.100.{number}", known=False)
    with pytest.raises(ValidationError):
        login_attempts.check_factor(account=owner, client="198.51.100.200", known=False)
    login_attempts.check_factor(account=owner, client=HOME, known=True)


def test_two_throw_away_accounts_do_not_use_up_a_name(
    li: User, li_record: StudentRecord, walk: Walk
) -> None:
    for account in (make_account("bot1@example.org"), make_account("bot2@example.org")):
        for serial in range(5):
            walk(account, number=sample_number(serial + 40))
    client = Client()
    client.force_login(li)
    stated = {
        "name": "李晓雨",
        "certificate_type": "居民身份证",
        "number": sample_number(12),
        "third_item": li_record.candidate_number,
    }
    client.post("/verify/", stated)
    page = client.post("/verify/check/")
    assert page.status_code == 429
    assert not Claim.objects.exists()
    forged = client.post("/verify/check/", {"captcha": "x"})
    assert forged.status_code == 429
    proof = solve_page(page.content.decode())
    assert client.post("/verify/check/", {"captcha": proof})["Location"] == "/status/"


def test_an_account_that_has_failed_is_not_let_past_by_a_proof(walk: Walk, li: User) -> None:
    for account in (make_account("bot1@example.org"), make_account("bot2@example.org")):
        for serial in range(5):
            walk(account, number=sample_number(serial + 40))
    walk(li, name="别人", number=sample_number(77, born="20060101"))
    page = walk(li)
    assert page.status_code == 429
    assert "data-captcha" not in page.content.decode()


@pytest.mark.parametrize(
    ("other", "same"),
    [("2001:db8:1:2:ffff::9", True), ("2001:db8:1:3::1", False)],
)
def test_addresses_of_one_ipv6_network_are_one(other: str, same: bool) -> None:
    fail("2001:db8:1:2::1", 10)
    page = fail(other, 1)
    assert ("data-captcha" in page) is same
