"""为什么查不到: the usual causes, asked step by step."""

import re

import pytest
from django.test import Client

from accounts.models import User
from enrollment.models import StudentRecord
from verification.diagnosis.questions import QUESTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(client: Client, li: User) -> Client:
    """李晓雨, signed in."""
    client.force_login(li)
    return client


def answer_all(client: Client, **chosen: str) -> str:
    """Answer every question, the harmless way unless ``chosen``; the page of findings."""
    page = client.get("/verify/why/")
    for position, question in enumerate(QUESTIONS, start=1):
        harmless = next(choice for choice in question.choices if not choice.advice)
        answer = chosen.get(question.name, harmless.name)
        page = client.post(f"/verify/why/{position}/", {"answer": answer}, follow=True)
    assert page.request["PATH_INFO"] == "/verify/why/findings/"
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+', "", page.content.decode())


@pytest.mark.parametrize(
    ("question", "choice"),
    [(q.name, c.name) for q in QUESTIONS for c in q.choices if c.advice],
)
def test_each_cause_has_its_advice(question: str, choice: str, asked: Client) -> None:
    text = answer_all(asked, **{question: choice})
    advice = [str(c.advice) for q in QUESTIONS for c in q.choices if c.advice]
    found = [words for words in advice if words in text]
    meant = next(c for q in QUESTIONS if q.name == question for c in q.choices if c.name == choice)
    assert found == [str(meant.advice)]
    assert str(meant.cause) in text  # the cause heads the advice, not the question


def test_without_a_cause_the_counselor_is_named(asked: Client) -> None:
    assert "辅导员" in answer_all(asked).split("<main", 1)[1]


def test_the_findings_are_the_same_whatever_the_registry_holds(
    asked: Client, li_record: StudentRecord
) -> None:
    with_record = answer_all(asked, name="rare")
    li_record.delete()
    assert answer_all(asked, name="rare") == with_record


def test_a_missing_answer_is_named_at_the_question(asked: Client) -> None:
    page = asked.post("/verify/why/1/", {"answer": "nonsense"})
    assert page.status_code == 200
    assert "error-summary" in page.content.decode()


@pytest.mark.parametrize("path", ["/verify/why/0/", "/verify/why/99/"])
def test_a_question_out_of_range_is_not_found(path: str, asked: Client) -> None:
    assert asked.get(path).status_code == 404


def test_findings_before_the_questions_lead_to_the_questions(asked: Client) -> None:
    assert asked.get("/verify/why/findings/").headers["Location"] == "/verify/why/"


def test_the_report_that_follows_has_the_answers_filled_in(asked: Client) -> None:
    answer_all(asked, name="rare")
    page = asked.get("/support/reports/new/not_found/").content.decode()
    assert "生僻字" in page.split("<textarea", 1)[1].split("</textarea>", 1)[0]
    other = asked.get("/support/reports/new/other/").content.decode()
    assert "生僻字" not in other.split("<textarea", 1)[1].split("</textarea>", 1)[0]
