"""Security questions: a second lock on recovering the password, never a key of their own.

Whoever has set them answers one of them after the right code. A stolen phone or mailbox
alone then opens nothing; an answer alone opens nothing either (guide row 9, NIST
SP 800-63B 5.1.1.2). Who has forgotten the answers is seen at the school
(``accounts.recovery.staff_assisted``).
"""

import unicodedata

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest

from accounts.contacts.alerts import tell_contacts
from accounts.limits import rate_limits
from accounts.models import EventKind, Question, SecurityAnswer, User
from accounts.security_log import record_event
from accounts.text import MAX_LENGTH, compatible
from audit.services import record_action

NUMBER = 3
MIN_LENGTH = 2  # characters of a normalised answer: 小明 is one


def normalise(answer: str) -> str:
    """``answer`` as it is compared: width, case, spaces and punctuation do not count."""
    folded = compatible(answer[:MAX_LENGTH]).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")


@transaction.atomic
def choose(*, account: User, answers: dict[Question, str], request: HttpRequest) -> None:
    """Set the questions of ``account`` in place of those it had; both contacts are told."""
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
    """Ask nothing any more; both contacts are told."""
    if SecurityAnswer.objects.filter(account=account).delete()[0]:
        _note(account, "remove_questions", EventKind.QUESTIONS_REMOVED, request)


def questions_of(account: User) -> list[Question]:
    """The questions ``account`` has set, of which it answers one; none where it has set none."""
    chosen = SecurityAnswer.objects.filter(account=account).order_by("pk")
    return [Question(question) for question in chosen.values_list("question", flat=True)]


def is_right(*, account: User, question: Question, typed: str) -> bool:
    """Whether ``typed`` answers ``question``. Raises limits.LimitReachedError.

    Every try is counted before it is compared, five in a day.
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
    tell_contacts(account=account, kind="questions_changed")
