"""Security questions: an additional check when a password is recovered.

An account that has set them answers one after the right code. So neither a stolen phone or
mailbox nor an answer is enough alone (guide row 9, NIST SP 800-63B 5.1.1.2). A person who has
forgotten the answers goes to the school (``accounts.recovery.staff_assisted``).
"""

import unicodedata

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest

from accounts.contacts.alerts import alert_contacts
from accounts.limits import rate_limits
from accounts.models import EventKind, Question, SecurityAnswer, User
from accounts.security_log import record_event
from accounts.text import MAX_LENGTH, compatible
from audit.services import record_action

NUMBER = 3
MIN_LENGTH = 2  # of a normalised answer, in characters; 小明 is valid


def normalise(answer: str) -> str:
    """``answer`` without differences of width, case, spaces and punctuation."""
    folded = compatible(answer[:MAX_LENGTH]).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")


@transaction.atomic
def choose(*, account: User, answers: dict[Question, str], request: HttpRequest) -> None:
    """Replace the questions of ``account``; both contacts are alerted."""
    SecurityAnswer.objects.filter(account=account).delete()
    SecurityAnswer.objects.bulk_create(
        SecurityAnswer(
            account=account, question=question, answer_hash=make_password(normalise(answer))
        )
        for question, answer in answers.items()
    )
    _note(account, "choose_questions", EventKind.QUESTIONS_CHOSEN, request)


@transaction.atomic
def remove(*, account: User, request: HttpRequest) -> None:
    """Remove the questions; both contacts are alerted."""
    if SecurityAnswer.objects.filter(account=account).delete()[0]:
        _note(account, "remove_questions", EventKind.QUESTIONS_REMOVED, request)


def questions_of(account: User) -> list[Question]:
    """The questions that ``account`` has set; one of them is asked. May be empty."""
    chosen = SecurityAnswer.objects.filter(account=account).order_by("pk")
    return [Question(question) for question in chosen.values_list("question", flat=True)]


def is_right(*, account: User, question: Question, typed: str) -> bool:
    """Whether ``typed`` answers ``question``. Raises limits.LimitReachedError.

    Every try is counted before it is compared; five per day.
    """
    with transaction.atomic():
        rate_limits.consume("answer_question", f"account:{account.pk}")
    known = SecurityAnswer.objects.filter(account=account, question=question).first()
    return known is not None and check_password(normalise(typed), known.answer_hash)


def _note(account: User, act: str, kind: EventKind, request: HttpRequest) -> None:
    record_action(
        action=f"accounts.{act}",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
    )
    record_event(account=account, kind=kind, request=request)
    alert_contacts(account=account, kind="questions_changed")
