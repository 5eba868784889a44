"""Strangers want the owner of an account, a number or a name to be refused (T27)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.codes.services import derive
from accounts.limits import login_attempts
from accounts.limits.rate_limits import consume_sending
from accounts.limits.uses import LimitReachedError
from accounts.models import Block, Code, CodePurpose, LimitHit, Session, User
from delivery.models import Channel, ClaimedTexts, OutboxMessage, Status
from delivery.services import queue_email, queue_sms
from enrollment.models import StudentRecord
from tests.accounts.limits.proofs import solve_page
from tests.attacks.accounts.browsers import (
    DOORS,
    ELSEWHERE,
    HOME,
    PHONE,
    ask,
    browser,
    later,
    used_browser,
)
from tests.outbox import Outbox
from tests.people import PASSWORD, make_account, sample_number
from tests.verification.conftest import Walk
from tests.verification.conftest import walk as walk
from verification.models import Claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_proofs")]


@pytest.mark.parametrize(("page", "enter", "purpose"), DOORS)
@pytest.mark.parametrize("login", [PHONE, "owner@example.org"])
def test_wrong_codes_of_a_stranger_do_not_spend_the_owners(
    owner: User, page: str, enter: str, purpose: CodePurpose, login: str
) -> None:
    mine, theirs = browser(), browser(ELSEWHERE)
    ask(mine, page, login)
    code = derive(Code.objects.get(purpose=purpose))
    later(seconds=61)
    ask(theirs, page, login)
    for number in range(6):
        theirs.post(reverse(enter), {"code": f"{number:06}"})
    answer = mine.post(reverse(enter), {"code": code})
    assert answer.status_code == 302
    assert answer["Location"] != reverse(page)


def test_the_code_of_one_browser_is_wrong_in_another(owner: User) -> None:
    mine, theirs = browser(), browser(ELSEWHERE)
    ask(mine)
    code = derive(Code.objects.get())
    later(seconds=61)
    ask(theirs)
    theirs.post(reverse("account_code_enter"), {"code": code})
    assert "_auth_user_id" not in theirs.session


def test_asking_again_gives_a_browser_no_more_tries(owner: User) -> None:
    client = browser()
    for round_number in range(2):
        ask(client)
        later(seconds=61)
        for number in range(3):
            client.post(reverse("account_code_enter"), {"code": f"{round_number}{number:05}"})
    assert Code.objects.get().tries == 5


def test_a_code_to_be_bound_has_tries_of_its_own_in_each_session(li: User) -> None:
    here, there = browser(), browser(ELSEWHERE)
    for client in (here, there):
        client.force_login(li)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.post(reverse("accounts:ask_for_code", args=[Channel.SMS]), {"address": PHONE})
    code = derive(Code.objects.get())
    enter = reverse("accounts:enter_code", args=[Channel.SMS])
    for number in range(7):
        there.post(enter, {"code": f"{number:06}"})
    here.post(enter, {"code": code})
    li.refresh_from_db()
    assert str(li.phone) == PHONE


def test_three_requests_in_a_cool_down_bar_the_asker_not_the_number(owner: User) -> None:
    stranger = browser(ELSEWHERE)
    assert ask(stranger) == 302
    for _ in range(5):
        assert ask(stranger) == 429
    later(seconds=61)
    assert ask(stranger) == 429, "the stranger is barred"
    assert ask(browser()) == 302, "the owner is not"


def test_bombing_from_many_networks_stays_capped_and_the_owner_still_gets_a_code(
    owner: User, outbox: Outbox
) -> None:
    mine = used_browser(owner)
    for number in range(60):
        ask(browser(f"198.51.100.{number + 1}"))
        later(minutes=3)
    assert len(outbox.texts()) <= 10
    before = len(outbox.texts())
    assert ask(browser("192.0.2.9")) == 429
    assert ask(mine) == 302
    assert len(outbox.texts()) == before + 1
    later(minutes=2)
    assert ask(browser("192.0.2.10")) == 429, "one refusal was no ban for anybody else"
    assert not Block.objects.exists()


def test_a_cap_that_others_used_up_does_not_bar_who_asks_once(owner: User) -> None:
    for number in range(10):
        ask(browser(f"198.51.100.{number + 1}"))
        later(hours=1, minutes=1)
    newcomer = browser("192.0.2.9")
    assert ask(newcomer) == 429
    assert not Block.objects.exists()
    later(hours=16)
    assert ask(newcomer) == 302


def test_resets_asked_by_strangers_leave_the_owner_theirs(owner: User) -> None:
    for _ in range(6):
        ask(browser(ELSEWHERE), "account_reset_password", "owner@example.org")
        later(hours=4)
    assert ask(used_browser(owner), "account_reset_password", "owner@example.org") == 302


def test_a_mark_of_another_account_or_an_old_password_passes_nothing(owner: User) -> None:
    others = used_browser(make_account("other@example.org"))
    mine = used_browser(owner)
    owner.set_password("four other calm words")
    owner.save()
    ask(browser(ELSEWHERE))
    for client in (others, mine):
        assert ask(client) == 429


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


def test_two_hundred_verdicts_of_visitors_make_no_session() -> None:
    for number in range(200):
        client = browser(f"198.51.100.{number}")
        client.post(reverse("help_verdict", args=["codes"]), {"helped": "yes"})
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("account_code", "login"),
        ("account_reset_password", "login"),
        ("account_find_username", "contact"),
        ("account_rescue", "contact"),
    ],
)
def test_refused_requests_for_codes_make_no_session(page: str, field: str) -> None:
    for number in range(30):
        sent = {field: "nobody@example.org"}
        answer = browser(f"198.51.100.{number}").post(reverse(page), sent)
    assert answer.status_code == 429
    assert Session.objects.count() <= 1


@pytest.mark.parametrize("page", ["account_code_enter", "account_reset_password_enter"])
def test_codes_typed_where_none_was_asked_for_make_no_session(page: str) -> None:
    for _ in range(10):
        browser().post(reverse(page), {"code": "123456"})
    assert not Session.objects.exists()


def test_the_page_of_a_code_is_kept_by_no_cache(owner: User) -> None:
    client = browser()
    ask(client)
    for name in ("account_code_enter", "account_code", "home"):
        assert "no-store" in client.get(reverse(name)).headers["Cache-Control"]
    assert "Cache-Control" not in browser().get(reverse("home")).headers


def test_no_more_text_messages_leave_in_a_minute_than_set(
    settings: Settings, outbox: Outbox, owner: User
) -> None:
    settings.SMS_PER_MINUTE = 3
    for number in range(5):
        queue_sms(to=f"+861391234567{number}", kind="notice", params={"link": "x"}, purpose="n")
    queue_email(to="a@example.org", subject="x", text="x", purpose="n")
    assert len(outbox.texts()) == 3
    assert len(outbox.emails()) == 1
    assert OutboxMessage.objects.filter(status=Status.QUEUED).count() == 2
    ClaimedTexts.objects.update(at=F("at") - timedelta(minutes=1))
    assert len(outbox.texts()) == 5


def test_codes_sent_before_a_change_of_the_key_still_work(settings: Settings, owner: User) -> None:
    old, new = bytes(range(32)), bytes(range(32, 64))
    settings.CODE_KEYS = [old]
    client = browser()
    ask(client)
    code = derive(Code.objects.get())
    settings.CODE_KEYS = [new, old]
    assert derive(Code.objects.get()) != code
    client.post(reverse("account_code_enter"), {"code": code})
    assert "_auth_user_id" in client.session


def test_codes_of_a_key_that_was_taken_away_do_not(settings: Settings, owner: User) -> None:
    settings.CODE_KEYS = [bytes(32)]
    client = browser()
    ask(client)
    code = derive(Code.objects.get())
    settings.CODE_KEYS = [bytes(range(32))]
    client.post(reverse("account_code_enter"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_an_account_that_asks_too_often_is_barred_from_that_number_alone(li: User) -> None:
    def send(address: str) -> None:
        consume_sending(account=li, channel=Channel.SMS, address=address, client=HOME)

    send(PHONE)
    for _ in range(3):
        with pytest.raises(LimitReachedError):
            send(PHONE)
    assert Block.objects.get().account == li
    send("+8613900000000")
