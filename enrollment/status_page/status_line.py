"""The line under the seal: the state of the student's check of the record, and the next step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.fields.checklist import labels
from enrollment.models import Answer, StudentRecord
from enrollment.status_page.cards import Card


class Face(models.TextChoices):
    """What the line says; the labels are for lists of several records."""

    TO_CHECK = "to_check", _("Waiting for your check")
    CONFIRMED = "confirmed", _("Confirmed by you")
    OBJECTED = "objected", _("You said that something is wrong")
    # What the school did about it: it asks back, or it has answered and changed nothing.
    ASKED = "asked", _("Waiting for your answer")
    ANSWERED = "answered", _("Answered by the school")
    CORRECTED = "corrected", _("Changed by your school: check again")
    # A dispute that the holder has to answer; one that the school decides meanwhile.
    DISPUTED = "disputed", _("Disputed: answer now")
    FROZEN = "frozen", _("In dispute")
    # Not on the books: no check is asked for.
    CLOSED = "closed", _("Nothing to do")

    @property
    def tone(self) -> str:
        """How the label is shown: done, or waiting for the reader."""
        return "good" if self == Face.CONFIRMED else "attention" if self != Face.CLOSED else ""


@dataclass(frozen=True)
class DisputeNotice:
    """A dispute about a record that waits for its holder's answer."""

    path: str
    until: datetime | None


@dataclass(frozen=True)
class Reply:
    """What the school did about the fields objected to and where it is read; ASKED or ANSWERED."""

    face: Face
    path: str


@dataclass(frozen=True)
class StatusLine:
    """A face with what belongs to it; ``unexplained`` are labels of objected fields."""

    face: Face
    unexplained: Sequence[str] = ()
    dispute: DisputeNotice | None = field(default=None)
    reply: Reply | None = field(default=None)


# What other apps know of a record: a dispute that its holder has to answer; which of the
# fields objected to the school has not been told the right value of; what it did about them.
DisputeFinder = Callable[[StudentRecord], DisputeNotice | None]
UnexplainedFinder = Callable[[StudentRecord, Sequence[str], datetime | None], Sequence[str]]
ReplyFinder = Callable[[StudentRecord, Sequence[str], datetime | None], Reply | None]

_dispute_finders: list[DisputeFinder] = []
_unexplained_finders: list[UnexplainedFinder] = []
_reply_finders: list[ReplyFinder] = []


def register_dispute_finder(find: DisputeFinder) -> None:
    """Let ``find`` tell of disputes; call it in ``AppConfig.ready``."""
    _dispute_finders.append(find)


def register_unexplained_finder(find: UnexplainedFinder) -> None:
    """Let ``find`` tell which fields are not explained; call it in ``AppConfig.ready``."""
    _unexplained_finders.append(find)


def register_reply_finder(find: ReplyFinder) -> None:
    """Let ``find`` tell of questions and answers; call it in ``AppConfig.ready``."""
    _reply_finders.append(find)


def status_line(card: Card) -> StatusLine:
    """The line of ``card``. Database queries for records in dispute or objected to alone."""
    if card.record.frozen_at is not None:
        return _disputed(card.record)
    given = card.given
    if given is None:
        return StatusLine(Face.TO_CHECK if card.status.on_the_books else Face.CLOSED)
    if given.changes:
        return StatusLine(Face.CORRECTED)
    if given.answer == Answer.RIGHT:
        return StatusLine(Face.CONFIRMED)
    left = unexplained(card.record, given.wrong_fields, given.made_at)
    if left:
        return StatusLine(Face.OBJECTED, labels(left))
    found = (find(card.record, given.wrong_fields, given.made_at) for find in _reply_finders)
    reply = next((one for one in found if one is not None), None)
    return StatusLine(reply.face if reply else Face.OBJECTED, reply=reply)


def with_lines(cards: Sequence[Card]) -> list[tuple[Card, StatusLine]]:
    """Each card with its line, as lists show them."""
    return [(card, status_line(card)) for card in cards]


def unexplained(
    record: StudentRecord, wrong: Sequence[str], since: datetime | None
) -> Sequence[str]:
    """Those of the fields ``wrong``, objected to at ``since``, that no report explains."""
    left = wrong
    for find in _unexplained_finders:
        left = find(record, left, since) if left else left
    return left


def _disputed(record: StudentRecord) -> StatusLine:
    found = (find(record) for find in _dispute_finders)
    notice = next((one for one in found if one is not None), None)
    return StatusLine(Face.DISPUTED if notice else Face.FROZEN, dispute=notice)
