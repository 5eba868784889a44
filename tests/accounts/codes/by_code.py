"""Asking for a code and entering it, as a person in a browser does."""

import re
from datetime import timedelta

from django.db.models import F
from django.test import Client

from accounts.models import LimitHit
from tests.outbox import Letter, Outbox

E164, MAILBOX, NAME = "+8613912345678", "lin.sample@example.org", "lin.sample"
SIGN_IN, RESET = "/account/login/code/", "/account/password/reset/"
ENTER = {SIGN_IN: "/account/login/code/enter/", RESET: "/account/password/reset/code/"}
NEW = "/account/password/reset/new/"
NEW_PASSWORD = "another calm phrase"


def ask(client: Client, login: str, door: str = SIGN_IN) -> str:
    return page(client.post(door, {"login": login}, follow=True))


def enter(client: Client, code: str, door: str = SIGN_IN) -> str:
    return page(client.post(ENTER[door], {"code": code}, follow=True))


def page(answer: object) -> str:
    """The page without what differs between any two visits."""
    text = answer.content.decode()  # type: ignore[attr-defined]
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return re.sub(r'<time.*?</time>|data-countdown="\d+"', "", text)


def messages(outbox: Outbox) -> list[Letter]:
    return outbox.emails() + outbox.texts()


def code_for(outbox: Outbox, address: str) -> str:
    found = [re.search(r"校验码.*?(\d{6})", m.text) for m in messages(outbox) if m.to == address]
    return [match.group(1) for match in found if match][-1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def later(**time: int) -> None:
    LimitHit.objects.update(at=F("at") - timedelta(**time))
