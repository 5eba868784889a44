"""Somebody wants the account of another person: by binding, by a link, by what stays behind."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db.models import F
from django.test import Client

from accounts.models import LimitHit, SecurityAnswer, SecurityEvent, User
from tests.outbox import Letter, Outbox
from tests.people import AGREED, PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db

PHONE, OWN_PHONE = "13912345678", "13812345678"
E164, OWN_E164 = f"+86{PHONE}", f"+86{OWN_PHONE}"
MAILBOX, OWN_MAILBOX = "victim@example.org", "taker@example.org"
TAKERS_PASSWORD, NEW_PASSWORD = "seven grey herons", "another calm phrase"
ASK_PHONE, ASK_MAILBOX = "/account/contacts/phone/", "/account/contacts/email/"
RESET, RESET_CODE = "/account/password/reset/", "/account/password/reset/code/"
RESET_NEW = "/account/password/reset/new/"
SIGN_IN, SIGN_IN_CODE = "/account/login/code/", "/account/login/code/enter/"
USERNAME = "/account/security/username/"


@pytest.fixture
def owner(db: None) -> User:
    """An account with a mailbox and a phone of its owner."""
    return make_account(MAILBOX, phone=E164)


def messages(outbox: Outbox) -> list[Letter]:
    return outbox.emails() + outbox.texts()


def told(outbox: Outbox, address: str) -> list[str]:
    """What ``address`` has got, oldest first."""
    return [message.text for message in messages(outbox) if message.to == address]


def code_for(outbox: Outbox, address: str) -> str:
    found = [re.search(r"(?<!\d)\d{6}(?!\d)", text) for text in told(outbox, address)]
    return [match.group() for match in found if match][-1]


def link_in(text: str) -> str:
    match = re.search(r"http://[^/\s]+(/\S+)", text)
    assert match, text
    return match.group(1).rstrip("。")


def undo_link(outbox: Outbox, address: str) -> str:
    """The newest link with which ``address`` takes a change back."""
    links = [link_in(text) for text in told(outbox, address) if "/contacts/undo/" in text]
    assert links, told(outbox, address)
    return links[-1]


def minute_later() -> None:
    LimitHit.objects.update(at=F("at") - timedelta(seconds=61))


def is_in(client: Client) -> bool:
    """Whether the session still opens the account's own page."""
    return client.get("/account/security/").status_code == 200


def bind(client: Client, outbox: Outbox, page: str, address: str) -> None:
    """Bind ``address`` as the page asks; it may refuse."""
    minute_later()
    client.post(page, {"address": address})
    sent_to = address if "@" in address else f"+86{address}"
    if any(re.search(r"\d{6}", text) for text in told(outbox, sent_to)):
        client.post(f"{page}code/", {"code": code_for(outbox, sent_to)})


def ask_reset(client: Client, login: str) -> None:
    minute_later()
    client.post(RESET, {"login": login})


def grant_reset(client: Client, outbox: Outbox, login: str, address: str) -> None:
    """As far as the page for the new password."""
    ask_reset(client, login)
    client.post(RESET_CODE, {"code": code_for(outbox, address)})


def reset(client: Client, outbox: Outbox, login: str, address: str) -> None:
    grant_reset(client, outbox, login, address)
    client.post(RESET_NEW, {"password1": NEW_PASSWORD})


def opens_by_code(outbox: Outbox, login: str, address: str) -> bool:
    """Whether the reader of ``address`` still comes in, by signing in or by a new password."""
    for ask, enter_code in ((SIGN_IN, SIGN_IN_CODE), (RESET, RESET_CODE)):
        client = Client()
        minute_later()
        client.post(ask, {"login": login})
        texts = [text for text in told(outbox, address) if re.search(r"\d{6}", text)]
        if not texts:
            continue
        answer = client.post(enter_code, {"code": code_for(outbox, address)}, follow=True)
        if "_auth_user_id" in client.session or "password1" in answer.content.decode():
            return True
    return False


def sign_up_by_phone(outbox: Outbox, number: str, password: str) -> Client:
    client = Client()
    minute_later()
    client.post("/account/signup/phone/", {"phone": number, "password1": password} | AGREED)
    client.post("/account/signup/phone/code/", {"code": code_for(outbox, f"+86{number}")})
    assert is_in(client)
    return client


def sign_up_by_mail(address: str = MAILBOX, password: str = TAKERS_PASSWORD) -> Client:
    client = Client()
    client.post("/account/signup/", {"email": address, "password1": password} | AGREED)
    return client


def activation_link(outbox: Outbox, address: str = MAILBOX) -> str:
    links = [link_in(text) for text in told(outbox, address) if "/confirm-email/" in text]
    return links[-1]


def sign_in(login: str, password: str) -> Client:
    client = Client()
    client.post("/account/login/", {"login": login, "password": password})
    return client


# --- from an open session ----------------------------------------------------


@pytest.mark.parametrize(
    ("page", "address"), [(ASK_PHONE, OWN_PHONE), (ASK_MAILBOX, OWN_MAILBOX), (USERNAME, "")]
)
def test_an_open_session_changes_no_way_in_without_the_password(
    outbox: Outbox, page: str, address: str
) -> None:
    owner = make_account(MAILBOX) if page != ASK_MAILBOX else User.objects.create(phone=E164)
    if page == ASK_MAILBOX:
        owner.phone_confirmed_at = owner.date_joined
        owner.set_password(PASSWORD)
        owner.save()
    taker = Client()
    taker.force_login(owner)
    taker.get("/account/security/")
    assert taker.get(page)["Location"].startswith("/account/reauthenticate/")
    if page == USERNAME:
        taker.post(page, {"username": "taker.2026"})
    else:
        bind(taker, outbox, page, address)
    owner.refresh_from_db()
    assert owner.username is None
    assert not messages(outbox)
    assert str(owner.phone) != OWN_E164
    assert not EmailAddress.objects.filter(email=OWN_MAILBOX).exists()


def test_a_code_asked_for_with_the_password_binds_nothing_once_that_is_long_ago(
    outbox: Outbox,
) -> None:
    owner = make_account(MAILBOX)
    client = enter(owner)
    client.post(ASK_PHONE, {"address": OWN_PHONE})
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    answer = client.post(f"{ASK_PHONE}code/", {"code": code_for(outbox, OWN_E164)})
    assert answer["Location"].startswith("/account/reauthenticate/")
    owner.refresh_from_db()
    assert owner.phone_confirmed_at is None


def test_an_account_without_a_password_is_bound_to_nothing_from_an_open_session(
    outbox: Outbox,
) -> None:
    owner = make_account(MAILBOX)
    owner.set_unusable_password()
    owner.save()
    taker = Client()
    taker.force_login(owner)
    assert taker.get(ASK_PHONE)["Location"] == RESET
    bind(taker, outbox, ASK_PHONE, OWN_PHONE)
    owner.refresh_from_db()
    assert owner.phone is None


def test_a_first_phone_is_told_to_the_mailbox_which_takes_the_account_back(outbox: Outbox) -> None:
    owner = make_account(MAILBOX)
    taker = enter(owner)
    bind(taker, outbox, ASK_PHONE, OWN_PHONE)
    owner.refresh_from_db()
    assert owner.phone == OWN_E164
    Client().post(undo_link(outbox, MAILBOX))
    owner.refresh_from_db()
    assert owner.phone is None
    assert not owner.has_usable_password()
    assert not is_in(taker)
    assert any("解除绑定" in text or "不再绑定" in text for text in told(outbox, OWN_E164))
    assert not opens_by_code(outbox, OWN_PHONE, OWN_E164)


def test_a_username_is_told_to_every_contact_and_goes_with_the_undo(
    owner: User, outbox: Outbox
) -> None:
    taker = enter(owner)
    taker.post(USERNAME, {"username": "taker.2026"})
    owner.refresh_from_db()
    assert owner.username == "taker.2026"
    by_text, by_mail = undo_link(outbox, E164), undo_link(outbox, MAILBOX)
    assert by_text.replace("-", "") == by_mail.replace("-", "")
    Client().post(undo_link(outbox, E164))
    owner.refresh_from_db()
    assert owner.username is None
    assert owner.phone == E164
    assert not is_in(taker)


def test_the_username_before_comes_back(owner: User, outbox: Outbox) -> None:
    User.objects.update(username="owner.1")
    enter(owner).post(USERNAME, {"username": "taker.2026"})
    Client().post(undo_link(outbox, MAILBOX))
    owner.refresh_from_db()
    assert owner.username == "owner.1"


# --- the session that signed up ----------------------------------------------


def test_whoever_has_just_signed_up_binds_once_without_the_password(outbox: Outbox) -> None:
    newcomer = sign_up_by_phone(outbox, PHONE, PASSWORD)
    bind(newcomer, outbox, ASK_MAILBOX, MAILBOX)
    assert EmailAddress.objects.get().email == MAILBOX
    assert newcomer.get(ASK_MAILBOX)["Location"].startswith("/account/reauthenticate/")
    assert undo_link(outbox, E164)


def test_the_session_that_signed_up_asks_after_a_while_and_another_at_once(outbox: Outbox) -> None:
    newcomer = sign_up_by_phone(outbox, PHONE, PASSWORD)
    elsewhere = sign_in(PHONE, PASSWORD)
    assert elsewhere.get(ASK_MAILBOX).status_code == 302
    assert newcomer.get(ASK_MAILBOX).status_code == 200
    session = newcomer.session
    session["signed_up_at"] -= 3600
    session.save()
    assert newcomer.get(ASK_MAILBOX).status_code == 302


def test_undoing_what_a_newcomer_bound_leaves_the_contact_they_signed_up_with(
    outbox: Outbox,
) -> None:
    newcomer = sign_up_by_phone(outbox, PHONE, PASSWORD)
    bind(newcomer, outbox, ASK_MAILBOX, MAILBOX)
    Client().post(undo_link(outbox, E164))
    account = User.objects.get()
    assert (account.phone, account.email) == (E164, "")
    assert opens_by_code(outbox, PHONE, E164)


# --- with the mailbox of somebody else ---------------------------------------


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


# --- what stays behind after an undo -----------------------------------------


def take_phone(owner: User, outbox: Outbox) -> tuple[Client, str]:
    """The taker knows the password and binds a phone; their session and the owner's link."""
    taker = enter(owner)
    bind(taker, outbox, ASK_PHONE, OWN_PHONE)
    owner.refresh_from_db()
    assert owner.phone == OWN_E164
    return taker, undo_link(outbox, E164)


def test_a_reset_code_asked_for_before_the_undo_opens_nothing(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    EmailAddress.objects.all().delete()
    taker = Client()
    ask_reset(taker, OWN_PHONE)
    code = code_for(outbox, OWN_E164)
    Client().post(link)
    taker.post(RESET_CODE, {"code": code})
    taker.post(RESET_NEW, {"password1": TAKERS_PASSWORD})
    owner.refresh_from_db()
    assert owner.phone == E164
    assert not owner.has_usable_password()


@pytest.mark.parametrize("by", ["undo", "reset", "password change"])
def test_a_grant_given_before_opens_nothing(owner: User, outbox: Outbox, by: str) -> None:
    _, link = take_phone(owner, outbox)
    taker = Client()
    grant_reset(taker, outbox, OWN_PHONE, OWN_E164)
    owner.refresh_from_db()
    if by == "undo":
        Client().post(link)
    elif by == "reset":
        reset(Client(), outbox, MAILBOX, MAILBOX)
    else:
        change = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
        enter(owner).post("/account/password/change/", change)
    taker.post(RESET_NEW, {"password1": TAKERS_PASSWORD})
    owner.refresh_from_db()
    assert not owner.check_password(TAKERS_PASSWORD)
    assert not is_in(taker)


@pytest.mark.parametrize("by", ["undo", "reset", "password change"])
def test_no_code_asked_for_before_works_after(owner: User, outbox: Outbox, by: str) -> None:
    link = take_phone(owner, outbox)[1]
    clients = Client(), Client()
    for client, page in zip(clients, (SIGN_IN, RESET), strict=True):
        minute_later()
        client.post(page, {"login": OWN_PHONE})
    codes = [re.findall(r"\d{6}", text)[-1] for text in told(outbox, OWN_E164)[-2:]]
    if by == "undo":
        Client().post(link)
    elif by == "reset":
        reset(Client(), outbox, MAILBOX, MAILBOX)
    else:
        change = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
        enter(owner).post("/account/password/change/", change)
    for client, page, code in zip(clients, (SIGN_IN_CODE, RESET_CODE), codes, strict=True):
        client.post(page, {"code": code})
        client.post(RESET_NEW, {"password1": TAKERS_PASSWORD})
        assert not is_in(client)
    owner.refresh_from_db()
    assert not owner.check_password(TAKERS_PASSWORD)


def test_a_mailbox_change_that_waits_for_its_code_ends_with_the_undo(
    owner: User, outbox: Outbox
) -> None:
    taker, link = take_phone(owner, outbox)
    taker.post(ASK_MAILBOX, {"address": OWN_MAILBOX})
    code = code_for(outbox, OWN_MAILBOX)
    Client().post(link)
    reset(owner_client := Client(), outbox, PHONE, E164)
    owner.refresh_from_db()
    owner_client.post("/account/reauthenticate/", {"password": NEW_PASSWORD})
    assert owner_client.get(f"{ASK_MAILBOX}code/").status_code == 302  # nothing waits any more
    owner_client.post(f"{ASK_MAILBOX}code/", {"code": code})
    assert EmailAddress.objects.get().email == MAILBOX


@pytest.mark.parametrize("days", [0, 30])
def test_questions_and_factors_of_the_taker_go_with_the_undo(
    days: int, owner: User, outbox: Outbox
) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    taker = enter(owner)
    answers = {
        "question1": "first_teacher", "answer1": "甲乙", "question2": "first_pet",
        "answer2": "丙丁", "question3": "first_dish", "answer3": "戊己",
    }  # fmt: skip
    taker.post("/account/security/questions/", answers)
    assert SecurityAnswer.objects.exists()
    TOTP.activate(owner, generate_totp_secret())
    RecoveryCodes.activate(owner)
    Authenticator.objects.create(user=owner, type="webauthn", data={"name": "taker"})
    # The taker waits before the change that the owner undoes.
    long_ago = timedelta(days=days)
    Authenticator.objects.update(created_at=F("created_at") - long_ago)
    SecurityEvent.objects.update(at=F("at") - long_ago)
    _, link = take_phone(owner, outbox)
    what = Client().get(link).content.decode()
    assert "通行密钥" in what
    Client().post(link)
    assert not SecurityAnswer.objects.exists()
    assert not Authenticator.objects.exists()


def test_both_the_old_contact_and_the_displaced_one_are_told_of_the_undo(
    owner: User, outbox: Outbox
) -> None:
    _, link = take_phone(owner, outbox)
    Client().post(link)
    assert any("不再绑定" in text for text in told(outbox, OWN_E164))
    for address in (E164, MAILBOX):
        assert "password/reset" in told(outbox, address)[-1]


def test_a_number_that_another_account_has_by_now_is_no_error(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    other = make_account("other@example.org", phone=E164)
    answer = Client().post(link)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "另一个账号" in page
    assert RESET in page
    owner.refresh_from_db()
    assert owner.phone is None
    assert not owner.has_usable_password()
    other.refresh_from_db()
    assert other.phone == E164
    assert opens_by_code(outbox, MAILBOX, MAILBOX)


def test_where_nothing_is_left_to_restore_the_page_leads_to_the_school(
    owner: User, outbox: Outbox
) -> None:
    EmailAddress.objects.all().delete()
    User.objects.update(email="")
    _, link = take_phone(owner, outbox)
    make_account("other@example.org", phone=E164)
    page = Client().post(link).content.decode()
    assert "/account/rescue/" in page
    owner.refresh_from_db()
    assert owner.phone is None


def test_the_undo_of_a_mailbox_that_another_account_has_by_now(owner: User, outbox: Outbox) -> None:
    bind(enter(owner), outbox, ASK_MAILBOX, OWN_MAILBOX)
    link = undo_link(outbox, MAILBOX)
    make_account(MAILBOX)
    assert Client().post(link).status_code == 200
    assert not EmailAddress.objects.filter(user=owner).exists()
    assert opens_by_code(outbox, PHONE, E164)


def test_an_undo_clicked_twice_says_what_it_did(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    Client().post(link)
    reset(Client(), outbox, PHONE, E164)
    second = Client().post(link)
    assert RESET in second.content.decode()
    owner.refresh_from_db()
    assert owner.check_password(NEW_PASSWORD)  # nothing was done a second time


def test_the_undo_keeps_an_account_that_the_taker_wanted_deleted(
    owner: User, outbox: Outbox
) -> None:
    taker, link = take_phone(owner, outbox)
    taker.post("/account/security/delete/")
    owner.refresh_from_db()
    assert owner.deletion_due_at
    Client().post(link)
    owner.refresh_from_db()
    assert owner.deletion_due_at is None


def test_the_taker_cannot_undo_the_owners_undo(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    Client().post(link)
    reset(Client(), outbox, PHONE, E164)
    assert not [text for text in told(outbox, OWN_E164) if "/contacts/undo/" in text]
