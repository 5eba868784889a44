"""Security questions: a second lock on recovery, never a key of their own."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import EventKind, LimitHit, SecurityAnswer, User
from accounts.recovery.security_questions import normalise
from accounts.security_log import log_of
from tests.outbox import Outbox
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

CHOSEN = {
    "question1": "first_teacher",
    "answer1": "王老师",
    "question2": "first_book",
    "answer2": "Charlotte's Web",
    "question3": "first_dish",
    "answer3": "番茄炒蛋",
}
PAGE, QUESTION = "/account/security/questions/", "/account/password/reset/question/"
NEW = "/account/password/reset/new/"


def at_home(user: User) -> Client:
    """The owner, who has just shown again that it is them."""
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def set_up(user: User, **changes: str) -> str:
    return at_home(user).post(PAGE, CHOSEN | changes, follow=True).content.decode()


def with_the_code(user: User, outbox: Outbox) -> Client:
    """A person who reads the mailbox has entered the code to recover the password."""
    client = Client()
    client.post("/account/password/reset/", {"login": user.email})
    letters = "\n".join(letter.text for letter in outbox.emails())
    code = re.findall(r"校验码：\s*(\d{6})", letters)[-1]
    client.post("/account/password/reset/code/", {"code": code})
    return client


def test_after_the_code_one_question_is_answered_before_the_password(
    li: User, outbox: Outbox
) -> None:
    assert "找回密码时会要求回答" in set_up(li)
    client = with_the_code(li, outbox)
    assert client.get(NEW).status_code == 302  # the code alone opens nothing
    assert "小学的第一位老师" in client.get(QUESTION).content.decode()
    wrong = client.post(QUESTION, {"question": "first_book", "answer": "三国演义"})
    assert "答案不对" in wrong.content.decode()
    assert client.get(NEW).status_code == 302
    client.post(QUESTION, {"question": "first_book", "answer": " CHARLOTTE’S  WEB! "})
    client.post(NEW, {"password1": "four calm new words"})
    li.refresh_from_db()
    assert li.check_password("four calm new words")
    assert client.get(QUESTION).status_code == 302  # answered once, used once


def test_an_answer_without_a_code_opens_nothing(li: User) -> None:
    set_up(li)
    stranger = Client()
    answer = stranger.post(QUESTION, {"question": "first_book", "answer": CHOSEN["answer2"]})
    assert answer.status_code == 302
    assert stranger.get(NEW).status_code == 302


def test_security_questions_allow_five_tries_a_day(li: User, outbox: Outbox) -> None:
    set_up(li)
    client = with_the_code(li, outbox)
    for number in range(5):
        client.post(QUESTION, {"question": "first_dish", "answer": f"第{number}道菜"})
    right = {"question": "first_dish", "answer": CHOSEN["answer3"]}
    assert "请明天再来" in client.post(QUESTION, right).content.decode()
    assert client.get(NEW).status_code == 302
    LimitHit.objects.update(at=F("at") - timedelta(days=1, seconds=1))
    assert client.post(QUESTION, right)["Location"] == NEW


def test_answers_are_kept_as_hashes_and_their_change_is_told(li: User, outbox: Outbox) -> None:
    set_up(li)
    kept = str(list(SecurityAnswer.objects.values()))
    assert not any(CHOSEN[f"answer{n}"] in kept for n in (1, 2, 3))
    assert any("密保问题" in letter.subject for letter in outbox.emails())
    at_home(li).post(PAGE + "remove/")
    assert not SecurityAnswer.objects.exists()
    kinds = [event.kind for event in log_of(li)]
    assert {EventKind.QUESTIONS_CHOSEN, EventKind.QUESTIONS_REMOVED} <= set(kinds)
    assert with_the_code(li, outbox).get(NEW).status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"question2": "first_teacher"}, "已经选过"),
        ({"answer2": "王 老师"}, "不同的答案"),
        ({"answer3": "蛋"}, "至少"),
        ({"answer3": "……"}, "至少"),
        ({"question3": ""}, "data-error-summary"),
        ({"question3": "password"}, "data-error-summary"),
    ],
)
def test_an_unfit_question_or_answer_is_named(li: User, changes: dict[str, str], said: str) -> None:
    assert said in set_up(li, **changes)
    assert not SecurityAnswer.objects.exists()


def test_security_questions_are_set_only_after_the_password(li: User) -> None:
    client = Client()
    client.force_login(li)
    assert "reauthenticate" in client.post(PAGE, CHOSEN)["Location"]
    assert not SecurityAnswer.objects.exists()


@given(st.text("王老师番茄abcXYZ019", min_size=1), st.sampled_from([" ", "，", "-", "\u3000", "'"]))
def test_an_answer_is_the_same_however_it_is_typed(text: str, filler: str) -> None:
    assert normalise(filler.join(text)) == normalise(text) == normalise(text.upper())
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in text)
    assert normalise(wide) == normalise(text)
