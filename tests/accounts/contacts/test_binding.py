"""Binding a phone and a mailbox by code, changing them, taking a change back."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db.models import F
from django.test import Client

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.contacts import services as contacts
from accounts.models import Block, Code, CodePurpose, ContactChange, LimitHit, User
from accounts.recovery import take_back
from audit.models import AuditEntry
from delivery.models import Channel, OutboxMessage
from tests.outbox import CODE, Letter, Outbox
from tests.people import PASSWORD, make_account
from tests.people import enter as enter_account

pytestmark = pytest.mark.django_db

NUMBER, E164 = "13912345678", "+8613912345678"
OTHER_NUMBER = "13812345678"


@pytest.fixture
def signed_in(li: User) -> Client:
    """李晓雨 at her own phone, registered by e-mail; she has just typed her password again."""
    return enter_account(li)


def ask(client: Client, number: str = NUMBER) -> object:
    return client.post("/account/contacts/phone/", {"address": number}, follow=True)


def enter(client: Client, code: str) -> str:
    page = client.post("/account/contacts/phone/code/", {"code": code}, follow=True)
    return page.content.decode()


def page_of(answer: object) -> str:
    """Status and page without the token, the clock, the number typed and who is signed in."""
    text = answer.content.decode()  # type: ignore[attr-defined]
    varying = (
        r'csrfmiddlewaretoken" value="[^"]+|data-account="[^"]+|T\d\d:[\d:.]+|\d\d:\d\d'
        r'|li\.xiaoyu|stranger|countdown="\d+|139 \d{4} 5678'
    )
    return f"{answer.status_code} {re.sub(varying, '', text)}"  # type: ignore[attr-defined]


def code_in(letter: Letter) -> str:
    match = CODE.search(letter.text)
    assert match, letter.text
    return match.group()


def confirm(account: User, code: str) -> Outcome:
    return contacts.confirm_binding(account=account, channel=Channel.SMS, typed=code)


def minute_later() -> None:
    """Move everything counted so far a minute into the past."""
    LimitHit.objects.update(at=F("at") - timedelta(seconds=61))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_phone_is_bound_by_the_code_sent_to_it(
    signed_in: Client, li: User, outbox: Outbox
) -> None:
    page = ask(signed_in).content.decode()  # type: ignore[attr-defined]
    assert "139 1234 5678" in page
    assert NUMBER not in page
    [text] = outbox.texts()
    assert text.to == E164
    enter(signed_in, code_in(text))
    li.refresh_from_db()
    assert str(li.phone) == E164
    assert li.phone_confirmed_at
    assert AuditEntry.objects.filter(action="accounts.bind_contact", actor_id=li.pk).exists()


def test_the_code_is_entered_on_another_device(li: User, outbox: Outbox) -> None:
    phone, computer = enter_account(li), enter_account(li)
    ask(phone)
    enter(computer, code_in(outbox.texts()[0]))
    li.refresh_from_db()
    assert li.phone_confirmed_at


@pytest.mark.parametrize("typed", ["{0[0]} {0[1]}{0[2]}{0[3]} {0[4]}{0[5]}", " {} ", "full width"])
def test_spaces_and_full_width_digits_are_understood(
    signed_in: Client, li: User, outbox: Outbox, typed: str
) -> None:
    ask(signed_in)
    code = code_in(outbox.texts()[0])
    wide = code.translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"})
    enter(signed_in, wide if typed == "full width" else typed.format(code))
    li.refresh_from_db()
    assert li.phone_confirmed_at


def test_the_sixth_try_fails_with_the_right_code_and_no_resend_refills(
    signed_in: Client, li: User, outbox: Outbox
) -> None:
    ask(signed_in)
    code = code_in(outbox.texts()[0])
    for _ in range(3):
        enter(signed_in, wrong(code))
    minute_later()
    signed_in.post("/account/contacts/phone/again/")
    assert [code_in(text) for text in outbox.texts()] == [code, code]  # the same one
    for _ in range(2):
        enter(signed_in, wrong(code))
    assert "校验码已失效" in enter(signed_in, code)
    li.refresh_from_db()
    assert li.phone_confirmed_at is None


def test_a_code_is_used_once_and_lives_a_day(signed_in: Client, li: User, outbox: Outbox) -> None:
    ask(signed_in)
    code = code_in(outbox.texts()[0])
    Code.objects.update(expires_at=F("expires_at") - timedelta(days=1))
    assert confirm(li, code) is Outcome.OVER
    Code.objects.update(expires_at=F("expires_at") + timedelta(hours=23, minutes=59))
    assert confirm(li, code) is Outcome.RIGHT
    assert confirm(li, code) is Outcome.OVER


def test_a_change_of_number_closes_the_old_code(
    signed_in: Client, li: User, outbox: Outbox
) -> None:
    ask(signed_in)
    old = code_in(outbox.texts()[0])
    ask(signed_in, OTHER_NUMBER)
    enter(signed_in, old)
    li.refresh_from_db()
    assert li.phone_confirmed_at is None


def test_a_code_for_one_purpose_opens_nothing_else(li: User, outbox: Outbox) -> None:
    contacts.request_code(account=li, channel=Channel.SMS, address=E164, client="198.51.100.7")
    code = code_in(outbox.texts()[0])
    for purpose in set(CodePurpose) - {CodePurpose.BIND_PHONE}:
        assert codes.check(account=li, purpose=purpose, typed=code)[0] is Outcome.OVER


def test_no_code_rests_in_the_database(signed_in: Client, outbox: Outbox) -> None:
    ask(signed_in)
    rows = [str(vars(row)) for model in (Code, OutboxMessage) for row in model.objects.all()]
    [text] = outbox.texts()
    assert not any(code_in(text) in row or NUMBER in row for row in rows)


def test_another_persons_number_looks_the_same_and_its_owner_is_told(
    signed_in: Client, outbox: Outbox
) -> None:
    owner = make_account("owner@example.org", phone=E164)
    taken = ask(signed_in)
    stranger = enter_account(make_account("stranger@example.org"))
    free = ask(stranger, "13912355678")
    assert taken.redirect_chain == free.redirect_chain  # type: ignore[attr-defined]
    assert page_of(taken) == page_of(free)
    entered = [
        page_of(client.post("/account/contacts/phone/code/", {"code": "000000"}, follow=True))
        for client in (signed_in, stranger)
    ]
    assert entered[0] == entered[1]
    [told] = [letter.text for letter in outbox.texts() if letter.to == E164]
    assert "已绑定你的账号" in told
    assert not CODE.search(told)
    owner.refresh_from_db()
    assert str(owner.phone) == E164


def test_the_mirror_image_a_mailbox_is_bound_by_code(outbox: Outbox) -> None:
    zhao = make_account("placeholder@example.org", phone="+8613700000000")
    EmailAddress.objects.filter(user=zhao).delete()
    client = enter_account(zhao)
    client.post("/account/contacts/email/", {"address": "Zhao@Example.org"})
    [letter] = outbox.emails()
    client.post("/account/contacts/email/code/", {"code": code_in(letter)})
    address = EmailAddress.objects.get(user=zhao)
    assert (address.email, address.verified, address.primary) == ("zhao@example.org", True, True)


def test_changing_a_bound_phone_needs_the_password_and_the_old_phone_can_undo(
    li: User, outbox: Outbox
) -> None:
    User.objects.filter(pk=li.pk).update(phone=E164, phone_confirmed_at=li.date_joined)
    client = Client()
    client.force_login(li)  # signed in, but not just now
    answer = client.get("/account/contacts/phone/")
    assert answer["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    ask(client, OTHER_NUMBER)
    enter(client, code_in(outbox.texts()[0]))
    [notice] = [text for text in outbox.texts() if text.to == E164]
    link = re.search(r"http://[^/]+(/\S+)", notice.text)
    assert link
    old_phone = Client()
    old_phone.get(link.group(1))
    li.refresh_from_db()
    assert str(li.phone) == f"+86{OTHER_NUMBER}"  # opening the link did nothing
    old_phone.post(link.group(1))
    li.refresh_from_db()
    assert str(li.phone) == E164
    assert client.get("/account/contacts/").status_code == 302  # signed out everywhere
    assert "已经撤销" in old_phone.get(link.group(1)).content.decode()


def test_a_change_cannot_be_undone_after_a_day(li: User) -> None:
    User.objects.filter(pk=li.pk).update(phone=E164, phone_confirmed_at=li.date_joined)
    contacts.bind(account=li, channel=Channel.SMS, address=f"+86{OTHER_NUMBER}")
    change = ContactChange.objects.get()
    ContactChange.objects.update(made_at=F("made_at") - timedelta(hours=24, seconds=1))
    assert take_back.undo_change(change=change) is None


@pytest.mark.parametrize(
    "typed", ["", "123", "010-62511111", "+85261234567", "4008001234", "13912345678 13812345678"]
)
def test_what_is_no_mainland_mobile_number_is_refused(signed_in: Client, typed: str) -> None:
    page = ask(signed_in, typed)
    assert "data-error-summary" in page.content.decode()  # type: ignore[attr-defined]
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("typed", ["+86 139 1234 5678", "１３９１２３４５６７８", "139-1234-5678"])
def test_a_number_may_be_written_in_many_ways(
    signed_in: Client, outbox: Outbox, typed: str
) -> None:
    ask(signed_in, typed)
    assert [text.to for text in outbox.texts()] == [E164]


def test_asking_again_within_the_minute_is_told_when_it_lifts_and_then_blocked(
    signed_in: Client, outbox: Outbox
) -> None:
    ask(signed_in)
    first = signed_in.post("/account/contacts/phone/again/")
    assert first.status_code == 429
    assert "<time" in first.content.decode()
    for _ in range(2):
        signed_in.post("/account/contacts/phone/again/")
    assert Block.objects.count() == 1
    minute_later()
    assert signed_in.post("/account/contacts/phone/again/").status_code == 429
    Block.objects.update(until=F("made_at"))  # it has lifted
    signed_in.post("/account/contacts/phone/again/")
    assert len(outbox.texts()) == 2


def test_the_code_can_still_be_entered_while_sending_is_blocked(
    signed_in: Client, li: User, outbox: Outbox
) -> None:
    ask(signed_in)
    for _ in range(3):
        signed_in.post("/account/contacts/phone/again/")
    enter(signed_in, code_in(outbox.texts()[0]))
    li.refresh_from_db()
    assert li.phone_confirmed_at
