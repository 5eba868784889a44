"""Strangers ask for codes and type them, so that their owner gets none (T27)."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from pytest_django import Settings

from accounts.codes.services import derive
from accounts.limits.rate_limits import consume_sending
from accounts.limits.uses import LimitReachedError
from accounts.models import Block, Code, CodePurpose, User
from delivery.models import Channel, ClaimedTexts, OutboxMessage, Status
from delivery.services import queue_email, queue_sms
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
from tests.people import PASSWORD, make_account

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
