"""How far each class has come with checking its records."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from enrollment.identity.number import mask_number
from enrollment.models import SchoolClass, StudentRecord
from enrollment.sealed import certificate_number
from enrollment.statuses import ON_THE_BOOKS


class Part(models.TextChoices):
    """Where a student on the books stands."""

    UNBOUND = "unbound", pgettext_lazy("board", "Not opened by an account")
    TO_CHECK = "to_check", pgettext_lazy("board", "To be checked")
    CONFIRMED = "confirmed", pgettext_lazy("board", "Confirmed")
    DISPUTED = "disputed", pgettext_lazy("board", "Something is wrong")
    STALE = "stale", pgettext_lazy("board", "Confirmation out of date")


# The latest answer counts; it is stale once a field that was asked about has changed.
_STANDING = """
    SELECT r.id, r.school_class_id, coalesce(c.made_at, r.claimed_at) AS since,
        CASE WHEN r.holder_id IS NULL THEN 'unbound'
             WHEN c.id IS NULL THEN 'to_check'
             WHEN EXISTS (SELECT 1 FROM enrollment_fieldchange f
                          WHERE f.record_id = r.id AND f.version > c.version
                            AND c.fields ? f.field) THEN 'stale'
             WHEN c.answer = 'wrong' THEN 'disputed'
             ELSE 'confirmed' END AS part
    FROM enrollment_studentrecord r
    LEFT JOIN LATERAL (SELECT * FROM enrollment_confirmation WHERE record_id = r.id
                       ORDER BY id DESC LIMIT 1) c ON true
    WHERE r.school_class_id = ANY(%s) AND r.status = ANY(%s)
"""


@dataclass(frozen=True)
class ClassStanding:
    """One class in figures: how many people stand in each part."""

    school_class: SchoolClass
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Everybody of the class who is on the books."""
        return sum(self.counts.values())

    @property
    def confirmed(self) -> int:
        """Who has confirmed, and nothing has changed since."""
        return self.counts[Part.CONFIRMED]

    @property
    def bar_id(self) -> str:
        """The name of its bar in the page."""
        return f"bar-{self.school_class.pk}"

    @property
    def cells(self) -> list[tuple[Part, int]]:
        """Each part with its figure, in order."""
        return [(part, self.counts[part]) for part in Part]


@dataclass(frozen=True)
class Person:
    """Somebody behind a figure."""

    name: str
    student_number: str
    masked_certificate: str
    since: datetime | None


def classes_of(user: User) -> models.QuerySet[SchoolClass]:
    """The classes whose counselor this is now."""
    if Role.COUNSELOR not in user.roles:
        return SchoolClass.objects.none()
    return SchoolClass.objects.filter(counselors__user=user).order_by("code")


def standings(classes: Iterable[SchoolClass]) -> list[ClassStanding]:
    """The figures of ``classes``, in their order: one query."""
    known = {found.pk: ClassStanding(found, dict.fromkeys(Part.values, 0)) for found in classes}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT school_class_id, part, count(*) FROM ({_STANDING}) s GROUP BY 1, 2",  # noqa: S608
            [list(known), list(ON_THE_BOOKS)],
        )
        for class_id, part, number in cursor.fetchall():
            known[class_id].counts[part] = number
    return list(known.values())


def people(school_class: SchoolClass, part: Part) -> list[Person]:
    """Who stands in ``part``, by student number; numbers masked: two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, since FROM ({_STANDING}) s WHERE part = %s",  # noqa: S608
            [[school_class.pk], list(ON_THE_BOOKS), part.value],
        )
        since = dict(cursor.fetchall())
    records = StudentRecord.objects.filter(pk__in=since).order_by("student_number", "pk")
    return [
        Person(
            record.name,
            record.student_number,
            mask_number(certificate_number(record)),
            since[record.pk],
        )
        for record in records
    ]
