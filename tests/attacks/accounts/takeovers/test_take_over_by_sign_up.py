"""A person signs up with the mailbox of another person, who then opens the link."""

import pytest
from allauth.account.models import EmailAddress
from django.db.models import F
from django.test import Client

from accounts.models import User
from tests.attacks.accounts.takeovers.takeover import (
    ASK_MAILBOX,
    ASK_PHONE,
    E164,
    MAILBOX,
    NEW_PASSWORD,
    OWN_E164,
    OWN_MAILBOX,
    OWN_PHONE,
    PHONE,
    TAKERS_PASSWORD,
    bind,
    grant_reset,
    is_in,
    link_in,
    opens_by_code,
    reset,
    sign_in,
    sign_up_by_phone,
    told,
    undo_link,
)
from tests.outbox import Outbox
from tests.people import AGREED

pytestmark = pytest.mark.django_db


def sign_up_by_mail(address: str = MAILBOX, password: str = TAKERS_PASSWORD) -> Client:
    client = Client()
    client.post("/account/signup/", {"email": address, "password1": password} | AGREED)
    return client


def activation_link(outbox: Outbox, address: str = MAILBOX) -> str:
    links = [link_in(text) for text in told(outbox, address) if "/confirm-email/" in text]
    return links[-1]


def test_a_link_opened_elsewhere_does_not_activate_a_strangers_password(outbox: Outbox) -> None:
    sign_up_by_mail()
    victim = Client()
    link = activation_link(outbox)
    page = victim.get(link).content.decode()
    assert 'name="password"' in page
    assert 'name="password1"' in page
    victim.post(link)
    victim.post(link, {"password": "a wrong guess"})
    assert not EmailAddress.objects.get().verified
    assert not is_in(sign_in(MAILBOX, TAKERS_PASSWORD))


def test_a_new_password_on_the_link_ends_what_the_stranger_knew(outbox: Outbox) -> None:
    stranger = sign_up_by_mail()
    victim = Client()
    link = activation_link(outbox)
    victim.post(link, {"password1": NEW_PASSWORD}, follow=True)
    assert EmailAddress.objects.get().verified
    assert is_in(victim)
    assert not is_in(stranger)
    assert not is_in(sign_in(MAILBOX, TAKERS_PASSWORD))
    stranger.post(link)
    stranger.post("/account/confirm-email/", follow=True)
    assert not is_in(stranger)


def test_the_password_of_the_sign_up_activates_on_another_device(outbox: Outbox) -> None:
    sign_up_by_mail()
    phone = Client()
    phone.post(activation_link(outbox), {"password": TAKERS_PASSWORD})
    assert EmailAddress.objects.get().verified
    assert is_in(phone)


def test_the_password_on_the_link_is_not_guessed(outbox: Outbox) -> None:
    sign_up_by_mail()
    link, guesser = activation_link(outbox), Client()
    pages = [guesser.post(link, {"password": f"guess {n}"}).content.decode() for n in range(7)]
    assert "太多" in pages[-1] or "过多" in pages[-1]
    guesser.post(link, {"password": TAKERS_PASSWORD})
    assert not EmailAddress.objects.get().verified


def test_a_weak_new_password_on_the_link_activates_nothing(outbox: Outbox) -> None:
    sign_up_by_mail()
    page = Client().post(activation_link(outbox), {"password1": "12345678"}).content.decode()
    assert "data-error-summary" in page
    assert not EmailAddress.objects.get().verified


def test_a_code_typed_and_left_there_activates_no_strangers_password(outbox: Outbox) -> None:
    sign_up_by_mail()
    grant_reset(Client(), outbox, MAILBOX, MAILBOX)  # and no new password is chosen
    assert not EmailAddress.objects.get().verified
    assert not is_in(sign_in(MAILBOX, TAKERS_PASSWORD))


def test_a_reset_drops_what_was_bound_before_the_mailbox_was_proved(outbox: Outbox) -> None:
    """An account of old: its phone was bound before anybody had proved the mailbox."""
    account = User.objects.create(email=MAILBOX, phone=OWN_E164, username="taker.2026")
    User.objects.update(phone_confirmed_at=F("date_joined"))
    account.set_password(TAKERS_PASSWORD)
    account.save(update_fields=["password"])
    EmailAddress.objects.create(user=account, email=MAILBOX, primary=True)
    taker = sign_in(OWN_PHONE, TAKERS_PASSWORD)
    assert is_in(taker)
    victim = Client()
    reset(victim, outbox, MAILBOX, MAILBOX)
    account.refresh_from_db()
    assert (account.phone, account.username) == (None, None)
    assert EmailAddress.objects.get().verified
    assert is_in(victim)
    assert not is_in(taker)
    assert not opens_by_code(outbox, OWN_PHONE, OWN_E164)


@pytest.mark.parametrize("first", ["phone", "mailbox"])
def test_a_reset_drops_the_strangers_contact_that_was_there_first(
    outbox: Outbox, first: str
) -> None:
    """A stranger signs up and has the victim's contact bound within the sign-up's session."""
    if first == "phone":
        stranger = sign_up_by_phone(outbox, OWN_PHONE, TAKERS_PASSWORD)
        bind(stranger, outbox, ASK_MAILBOX, MAILBOX)
        login, address, own_login, own = MAILBOX, MAILBOX, OWN_PHONE, OWN_E164
    else:
        stranger = sign_up_by_mail(OWN_MAILBOX)
        stranger.post(activation_link(outbox, OWN_MAILBOX))
        bind(stranger, outbox, ASK_PHONE, PHONE)
        login, address, own_login, own = PHONE, E164, OWN_MAILBOX, OWN_MAILBOX
    assert is_in(stranger)
    undo = undo_link(outbox, own)
    victim = Client()
    reset(victim, outbox, login, address)
    assert is_in(victim)
    assert not is_in(stranger)
    assert any("不再绑定" in text for text in told(outbox, own))
    Client().post(undo)
    assert is_in(victim)
    assert not opens_by_code(outbox, own_login, own)


def test_a_contact_bound_with_the_password_drops_no_other_at_a_reset(
    owner: User, outbox: Outbox
) -> None:
    reset(Client(), outbox, MAILBOX, MAILBOX)
    owner.refresh_from_db()
    assert owner.phone == E164
    reset(Client(), outbox, PHONE, E164)
    assert EmailAddress.objects.get().verified
