"""The statuses of a student record (学籍状态): meaning, tone and next step of each.

The values are the registry's own terms, as used by files, the national site and people, so that
no second code needs translating.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Tone(models.TextChoices):
    """How a status is displayed."""

    GOOD = "good"
    ATTENTION = "attention"
    CLOSED = "closed"


class Status(models.TextChoices):
    """学籍状态; the first five are on the books (在籍), the rest are not."""

    REGISTERED = "注册学籍", _("Registered")
    DEFERRED = "暂缓注册", _("Registration deferred")
    SUSPENDED = "休学", _("On leave of absence")
    RETAINED = "保留学籍", _("Student status retained")
    ADMISSION_RETAINED = "保留入学资格", _("Admission retained")
    GRADUATED = "毕业", _("Graduated")
    COMPLETED = "结业", _("Completed without graduation")
    INCOMPLETE = "肄业", _("Left with partial study")
    WITHDRAWN = "退学", _("Withdrawn")
    CANCELLED = "取消学籍", _("Student status cancelled")
    EXPELLED = "开除学籍", _("Expelled")
    ADMISSION_CANCELLED = "取消入学资格", _("Admission cancelled")
    ADMISSION_DECLINED = "放弃入学资格", _("Admission declined")
    TRANSFERRED = "转出", _("Transferred out")
    DECEASED = "死亡", _("Deceased")

    @property
    def on_the_books(self) -> bool:
        """Whether the person counts as a student (在籍)."""
        return self in ON_THE_BOOKS

    @property
    def explanation(self) -> "Explanation":
        """What the status means to the student, and what to do next."""
        return EXPLANATIONS[self]


ON_THE_BOOKS = frozenset(
    {
        Status.REGISTERED,
        Status.DEFERRED,
        Status.SUSPENDED,
        Status.RETAINED,
        Status.ADMISSION_RETAINED,
    }
)


@dataclass(frozen=True)
class Explanation:
    """What a status means to the student who reads it, and what to do next.

    ``next_step`` is empty where the student's check comes next: the line under the seal says it.
    """

    tone: Tone
    meaning: str | Promise
    next_step: str | Promise


EXPLANATIONS: dict[Status, Explanation] = {
    Status.REGISTERED: Explanation(
        Tone.GOOD,
        _("Your student status is registered. Only this state leads to an electronic diploma."),
        "",
    ),
    Status.DEFERRED: Explanation(
        Tone.ATTENTION,
        _(
            "Your school has postponed your registration, most often because of an "
            "open fee or form."
        ),
        _("Ask your counselor what is still missing; the state changes once it is settled."),
    ),
    Status.SUSPENDED: Explanation(
        Tone.ATTENTION,
        _("You are on leave. Your place is kept until the leave ends."),
        _("Apply to your school to resume study before the leave ends."),
    ),
    Status.RETAINED: Explanation(
        Tone.ATTENTION,
        _("Your student status is kept for you, for example during military service."),
        _("Apply to your school to resume study when the reason ends."),
    ),
    Status.ADMISSION_RETAINED: Explanation(
        Tone.ATTENTION,
        _("Your admission is kept; you are not yet registered as a student."),
        _("Apply to enter before the date your school gave you."),
    ),
    Status.GRADUATED: Explanation(
        Tone.CLOSED,
        _("You have graduated; this record is complete."),
        _("Nothing to do. Your diploma can be checked with its own number."),
    ),
    Status.COMPLETED: Explanation(
        Tone.CLOSED,
        _("You finished the course of study without meeting every condition of graduation."),
        _("Ask your school whether and until when you can still earn the diploma."),
    ),
    Status.INCOMPLETE: Explanation(
        Tone.CLOSED,
        _("You left after studying for part of the course."),
        _("Ask your school for the certificate of partial study if you need it."),
    ),
    Status.WITHDRAWN: Explanation(
        Tone.CLOSED,
        _("You have withdrawn from the school."),
        _("If this is not right, report it to your counselor at once."),
    ),
    Status.CANCELLED: Explanation(
        Tone.CLOSED,
        _("Your student status has been cancelled."),
        _("If this is not right, report it to your counselor at once."),
    ),
    Status.EXPELLED: Explanation(
        Tone.CLOSED,
        _("The school has ended your student status in a disciplinary decision."),
        _("The decision names how and until when you can appeal."),
    ),
    Status.ADMISSION_CANCELLED: Explanation(
        Tone.CLOSED,
        _("Your admission has been cancelled."),
        _("If this is not right, report it to your school's admissions office at once."),
    ),
    Status.ADMISSION_DECLINED: Explanation(
        Tone.CLOSED,
        _("You gave up your place at this school."),
        _("If this is not right, report it to your school's admissions office at once."),
    ),
    Status.TRANSFERRED: Explanation(
        Tone.CLOSED,
        _("You have transferred to another school, which now keeps your record."),
        _("Look for your current record under the new school."),
    ),
    Status.DECEASED: Explanation(
        Tone.CLOSED,
        _("The record is closed."),
        _("If this is not right, report it to the school at once."),
    ),
}
