"""What every e-mail of the portal has: headers for machines, one form of subject, one foot."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse

from accounts.codes import messages
from accounts.deletion import services as deletion
from accounts.models import User
from accounts.notices.services import notify
from delivery.services import queue_content
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD, make_account

pytestmark = pytest.mark.django_db
ADDRESS = "lin@example.org"


def _code(door: str) -> Callable[[User], None]:
    def ask(account: User) -> None:
        Client().post(door, {"login": ADDRESS})

    return ask


def _deletion(account: User) -> None:
    deletion.ask_for_deletion(account=account)


def _notice(account: User) -> None:
    notify(account=account, kind="rescue_objected", path="/desk/")


def _hints(account: User) -> None:
    Client().post("/account/find/", {"contact": ADDRESS})


def _known(account: User) -> None:
    Client().post("/account/signup/", {"email": ADDRESS, "password1": PASSWORD} | AGREED)


def _letter(kind: str, **params: str) -> Callable[[User], None]:
    def send(account: User) -> None:
        content = messages.letter(kind, "email", params)  # type: ignore[arg-type]
        queue_content(to=ADDRESS, content=content, purpose=kind)

    return send


ALL = {
    "sign in": _code("/account/login/code/"),
    "reset": _code("/account/password/reset/"),
    "deletion": _deletion,
    "notice": _notice,
    "known": _known,
    **{
        kind: _letter(kind, link="https://x.example/y", moment="明天", username="s***o",
                      mailbox="l***@x", phone="139****5678")
        for kind in ("account_hints", "contact_taken", "no_account", "contact_changed",
                     "questions_changed", "password_reset", "rescue_asked", "rescue_done")
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", ALL)
def test_every_letter_has_the_same_form(kind: str, language: str, outbox: Outbox) -> None:
    account = make_account(ADDRESS)
    User.objects.filter(pk=account.pk).update(language=language)
    account.refresh_from_db()
    from django.utils.translation import override

    with override(language):
        ALL[kind](account)
    assert outbox.emails()
    [path] = outbox.directory.glob("email/*.eml")
    letter = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Auto-Response-Suppress"] == "All"
    name = {"zh-hans": "学籍门户", "en": "Student Status Portal"}[
        letter["Content-Language"].lower()
    ]
    assert letter["Subject"].endswith(f" · {name}")
    body = letter.get_body()
    assert body is not None
    text = body.get_content()
    assert text.rstrip().endswith(name)
    assert text.count(name) >= 1
    assert not re.search("[：。，；！？] (?=\\S)", text), text
    choices = reverse("accounts:notice_choices")
    assert (choices in letter.get("List-Unsubscribe", "")) == (kind == "notice")
