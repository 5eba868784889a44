"""What an intruder and the owner of an account do, in a browser and by messages."""

import re
from datetime import timedelta

from django.db.models import F
from django.test import Client

from accounts.models import LimitHit
from tests.outbox import CODE, Letter, Outbox
from tests.people import AGREED

PHONE, OWN_PHONE = "13912345678", "13812345678"
E164, OWN_E164 = f"+86{PHONE}", f"+86{OWN_PHONE}"
MAILBOX, OWN_MAILBOX = "victim@example.org", "taker@example.org"
TAKERS_PASSWORD, NEW_PASSWORD = "seven grey herons", "another calm phrase"
ASK_PHONE, ASK_MAILBOX = "/account/contacts/phone/", "/account/contacts/email/"
RESET, RESET_CODE = "/account/password/reset/", "/account/password/reset/code/"
RESET_NEW = "/account/password/reset/new/"
SIGN_IN, SIGN_IN_CODE = "/account/login/code/", "/account/login/code/enter/"


def messages(outbox: Outbox) -> list[Letter]:
    return outbox.emails() + outbox.texts()


def told(outbox: Outbox, address: str) -> list[str]:
    """What ``address`` has got, oldest first."""
    return [message.text for message in messages(outbox) if message.to == address]


def code_for(outbox: Outbox, address: str) -> str:
    found = [CODE.search(text) for text in told(outbox, address)]
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
    if any(CODE.search(text) for text in told(outbox, sent_to)):
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
        texts = [text for text in told(outbox, address) if CODE.search(text)]
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


def sign_in(login: str, password: str) -> Client:
    client = Client()
    client.post("/account/login/", {"login": login, "password": password})
    return client
