"""为什么查不到: the usual causes why a record is not found, one question each.

The findings follow from the answers alone and never from records, so that they reveal nothing of
the registry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Choice:
    """One possible answer; ``cause`` and ``advice`` are empty when it rules the cause out."""

    name: str
    label: str | Promise
    cause: str | Promise = ""
    advice: str | Promise = ""


@dataclass(frozen=True)
class Question:
    """One possible cause, as a question with its choices."""

    name: str
    text: str | Promise
    choices: Sequence[Choice]


QUESTIONS: tuple[Question, ...] = (
    Question(
        "arrival",
        _("How long ago did you arrive at this school?"),
        (
            Choice(
                "recent",
                _("Less than two months"),
                _("The school's list is not here yet"),
                _(
                    "The school has probably not submitted its list yet. You don't need to do "
                    "anything: we link your record as soon as it arrives."
                ),
            ),
            Choice("long", _("Longer")),
        ),
    ),
    Question(
        "name",
        _("Is there anything special about your name?"),
        (
            Choice("plain", _("No")),
            Choice(
                "interpunct",
                _("It has a · in it"),
                _("The · in your name"),
                _(
                    "Some schools write the name without the ·, cut off, or with the parts in "
                    "another order. Ask your counselor how the school has it, or report it."
                ),
            ),
            Choice(
                "rare",
                _("It has a rare or variant character"),
                _("A rare or variant character in your name"),
                _(
                    "Older systems replace rare characters by a similar one, by pinyin or by a "
                    "sign. Ask your counselor how the school has it, and have it put right."
                ),
            ),
            Choice(
                "changed",
                _("I have changed it"),
                _("Your name was changed"),
                _(
                    "The registry keeps the name you were admitted with until the province "
                    "agrees to the change. Try the earlier name; bring the household register."
                ),
            ),
        ),
    ),
    Question(
        "certificate",
        _("Which certificate did you give at the entrance examination?"),
        (
            Choice("same", _("The one I entered")),
            Choice(
                "other",
                _("Another kind, for example a passport or travel permit"),
                _("Another kind of certificate"),
                _("Choose that kind and enter its number: the registry knows you by it."),
            ),
            Choice(
                "old_number",
                _("An older number of mine, for example of 15 digits"),
                _("An earlier certificate number"),
                _(
                    "A 15-digit number is understood as it is. If your number was changed or "
                    "your travel permit renewed, try the earlier number."
                ),
            ),
            Choice(
                "unsure",
                _("I do not remember"),
                _("Perhaps another certificate"),
                _("Your admission letter often shows it."),
            ),
        ),
    ),
    Question(
        "third_item",
        _("Where did you take the candidate number from?"),
        (
            Choice("paper", _("From the examination slip or the admission letter")),
            Choice(
                "other",
                _("From memory, or from somewhere else"),
                _("The candidate number may be wrong"),
                _(
                    "Copy the candidate number (考生号) from the admission letter: it usually "
                    "has 14 digits and is not the number of your seat or application."
                ),
            ),
            Choice(
                "student_number",
                _("I entered my student number"),
                _("The student number instead of the candidate number"),
                _("Most schools ask for the candidate number instead: try that one."),
            ),
        ),
    ),
    Question(
        "school",
        _("Have you been enrolled at another school or moved to this one?"),
        (
            Choice("no", _("No")),
            Choice(
                "moved",
                _("Yes"),
                _("A transfer that is not finished"),
                _(
                    "Until a transfer is finished, the former school keeps the record. Ask both "
                    "schools which of them holds it now."
                ),
            ),
        ),
    ),
    Question(
        "account",
        _("Could there be an account of yours already?"),
        (
            Choice("no", _("No")),
            Choice(
                "yes",
                _("Yes, or perhaps"),
                _("An account that you have already"),
                _("A record opens for one account only. Find that account again and use it."),
            ),
        ),
    ),
)


def question_at(position: int) -> Question | None:
    """The question at ``position`` from 1; None after the last."""
    return QUESTIONS[position - 1] if 1 <= position <= len(QUESTIONS) else None


def findings(answers: Mapping[str, str]) -> list[Choice]:
    """The answers that point to a cause, in the order asked."""
    return [
        choice
        for question in QUESTIONS
        for choice in question.choices
        if choice.advice and answers.get(question.name) == choice.name
    ]


def transcript(answers: Mapping[str, str]) -> str:
    """Questions and answers as lines of text, to prefill a problem report."""
    return "\n".join(
        f"{question.text} {choice.label}"
        for question in QUESTIONS
        for choice in question.choices
        if answers.get(question.name) == choice.name
    )
