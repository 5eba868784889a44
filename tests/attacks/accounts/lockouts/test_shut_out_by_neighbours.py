"""Neighbours, and people who used the name before, want the owner to be refused (T27)."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.codes.services import derive
from accounts.models import Code, User
from enrollment.models import StudentRecord
from enrollment.models.institution import ThirdItem
from tests.accounts.limits.proofs import solve_page
from tests.attacks.accounts.browsers import (
    DOORS,
    HOME,
    PHONE,
    ask,
    browser,
    later,
    used_browser,
)
from tests.people import (
    AGREED,
    PASSWORD,
    enter,
    make_account,
    make_record,
    make_school,
    sample_number,
)
from tests.verification.conftest import Walk
from tests.verification.conftest import walk as walk
from verification.models import VerificationAttempt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_proofs")]


@pytest.mark.parametrize(("page", "enter_page", "purpose"), DOORS)
def test_wrong_codes_of_a_neighbour_leave_the_owner_theirs(
    owner: User, page: str, enter_page: str, purpose: str
) -> None:
    mine, theirs = browser(HOME), browser(HOME)
    ask(mine, page)
    code = derive(Code.objects.latest("pk"))
    later(seconds=61)
    ask(theirs, page)
    for number in range(25):
        theirs.post(reverse(enter_page), {"code": f"{number:06}"})
    answer = mine.post(reverse(enter_page), {"code": code})
    assert answer.status_code == 302
    assert answer["Location"] != reverse(page)


@pytest.mark.parametrize("page", ["account_code", "account_reset_password"])
def test_a_neighbour_who_asks_too_often_bars_no_known_browser(owner: User, page: str) -> None:
    mine, theirs = used_browser(owner, HOME), browser(HOME)
    for _ in range(6):
        ask(theirs, page)
    later(seconds=61)
    assert ask(mine, page) == 302


@pytest.mark.parametrize("page", ["account_code", "account_reset_password"])
@pytest.mark.parametrize("is_new", [True, False])
def test_a_neighbour_who_asks_too_often_bars_no_other_browser(
    owner: User, page: str, is_new: bool
) -> None:
    mine, theirs = browser(HOME), browser(HOME)
    if not is_new:
        ask(mine, page, "somebody@example.org")
    for _ in range(6):
        ask(theirs, page)
    later(seconds=61)
    assert ask(theirs, page) == 429
    assert ask(mine, page) == 302


def test_a_campus_that_has_failed_often_shuts_out_no_one(
    li: User, li_record: StudentRecord, walk: Walk, settings: Settings
) -> None:
    settings.VERIFICATION_LIMITS = settings.VERIFICATION_LIMITS | {"address_day": 3}
    for serial in range(3):
        bot = make_account(f"bot{serial}@example.org")
        walk(
            bot,
            name=f"王{'明华丽'[serial]}",
            number=sample_number(serial + 40, born=f"200{serial}0101"),
        )
    client = enter(li)
    stated = {
        "name": "李晓雨",
        "certificate_type": "居民身份证",
        "number": sample_number(12),
        "third_item": li_record.candidate_number,
    }
    client.post("/verify/", stated)
    page = client.post("/verify/check/")
    assert page.status_code == 429
    proof = solve_page(page.content.decode())
    assert client.post("/verify/check/", {"captcha": proof})["Location"] == "/status/"


def test_a_campus_may_fail_twenty_times_as_often(
    li: User, li_record: StudentRecord, walk: Walk, settings: Settings
) -> None:
    settings.VERIFICATION_LIMITS = settings.VERIFICATION_LIMITS | {"address_day": 1}
    settings.CAMPUS_NETWORKS = ["127.0.0.0/8"]
    walk(make_account("bot@example.org"), name="王明", number=sample_number(40, born="20010101"))
    walk(li, third_item=li_record.candidate_number)
    assert li.held_records.exists()


def test_strangers_who_used_up_a_name_do_not_shut_out_a_further_record(
    li: User, li_record: StudentRecord, walk: Walk
) -> None:
    walk(li, third_item=li_record.candidate_number)
    other = make_school("10002", "乙校", third_item=ThirdItem.CANDIDATE_NUMBER)
    further = make_record(
        name="李晓雨", number=sample_number(12), school=other, candidate_number="26110108150777"
    )
    for account in (make_account("bot1@example.org"), make_account("bot2@example.org")):
        for serial in range(5):
            walk(account, number=sample_number(serial + 40))
    client = enter(li)
    page = client.post(reverse("verification:further"), {"third_item": further.candidate_number})
    assert page.status_code == 429
    proof = solve_page(page.content.decode())
    given = {"third_item": further.candidate_number, "captcha": proof}
    client.post(reverse("verification:further"), given | {"captcha": "x"})
    further.refresh_from_db()
    assert further.holder is None
    client.post(reverse("verification:further"), given)
    further.refresh_from_db()
    assert further.holder == li


@pytest.mark.parametrize("path", ["/verify/", "/verify/further/"])
def test_one_ipv6_home_is_one_address_wherever_facts_are_stated(
    path: str, li: User, li_record: StudentRecord, walk: Walk
) -> None:
    if path.endswith("further/"):
        walk(li, third_item=li_record.candidate_number)
    hashes = set()
    for tail in ("1", "ffff:1"):
        client = Client(REMOTE_ADDR=f"2001:db8:1:2::{tail}")
        client.force_login(li)
        client.post(
            path,
            {
                "name": "李晓雨",
                "certificate_type": "居民身份证",
                "number": sample_number(12),
                "third_item": "26110108150999",
            },
        )
        hashes.add(bytes(VerificationAttempt.objects.latest("pk").address_hash))
    assert len(hashes) == 1


def test_a_neighbours_wrong_passwords_cost_a_phone_owner_a_proof_at_most(owner: User) -> None:
    for number in range(30):
        browser(HOME).post(reverse("account_login"), {"login": PHONE, "password": f"x{number}"})
    mine = browser(HOME)
    given = {"login": PHONE, "password": PASSWORD}
    page = mine.post(reverse("account_login"), given)
    given["captcha"] = solve_page(page.content.decode())
    assert mine.post(reverse("account_login"), given).status_code == 302


def test_a_registration_begun_by_others_leaves_the_owner_theirs() -> None:
    """Others register the owner's number again and again, and type wrong codes."""
    given = {"phone": "13912345678", "password1": "three calm words"} | AGREED
    theirs = browser("198.51.100.7")
    theirs.post(reverse("account_signup_phone"), given)
    for number in range(30):
        theirs.post(reverse("account_signup_code"), {"code": f"{number:06}"})
    later(seconds=61)
    mine = browser(HOME)
    mine.post(reverse("account_signup_phone"), given)
    code = derive(Code.objects.latest("pk"))
    answer = mine.post(reverse("account_signup_code"), {"code": code})
    assert answer.status_code == 302
    assert User.objects.filter(phone=PHONE, phone_confirmed_at__isnull=False).exists()
