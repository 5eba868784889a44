"""Assign counselors to classes, one by one or by a file, and withdraw them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now, TruncDate

from accounts.identifiers import services as owners
from accounts.identifiers.services import Identifier
from accounts.models import RoleGrant, User
from accounts.password_state import lock_account, lock_accounts
from accounts.roles import Role
from accounts.sweep import for_each
from audit.models import AuditEntry
from audit.services import record_action, record_actions
from enrollment.institutions.appointments import services as appointments
from enrollment.institutions.appointments.services import Post
from enrollment.institutions.assignment_file import (
    Assignment,
    RowProblem,
    StaffingError,
    StaffingFault,
    read_assignments,
)
from enrollment.institutions.class_locks import lock_classes
from enrollment.models import ClassCounselor, Institution, SchoolClass
from enrollment.offices import counselors_now, ended_counselors

# An office is withdrawn this long after its last day; until then its holder is told that it ended.
TOLD_FOR = timedelta(days=30)


def assign_counselors(
    *, classes: Sequence[SchoolClass], who: Identifier, last_day: date | None, by: User
) -> None:
    """Assign the person that ``who`` names to all ``classes``, or to none.

    Staff of the institution are assigned at once, others once they accept. Assigning again
    changes the last day. Raises StaffingError.
    """
    _assign([Assignment(found, who, last_day) for found in classes], by)


def withdraw_ended() -> None:
    """Withdraw every counselor whose last day was more than ``TOLD_FOR`` ago."""
    for_each(_long_over().select_related("user", "school_class__institution"), _withdraw_ended)


def withdraw_counselor(*, school_class: SchoolClass, account: User, by: User | None) -> None:
    """End a counselor's work for a class; after the last class the role ends too.

    The account is locked, so that a class assigned at the same moment keeps its role.
    """
    with transaction.atomic():
        lock_account(account.pk)
        ClassCounselor.objects.filter(user=account, school_class=school_class).delete()
        if not ClassCounselor.objects.filter(user=account).exists():
            RoleGrant.objects.filter(user=account, role=Role.COUNSELOR).delete()
        record_action(
            action="enrollment.withdraw_counselor",
            actor_id=by.pk if by else None,
            subject_type="account",
            subject_key=account.key,
            institution_code=school_class.institution.code,
            detail={"class": school_class.pk},
        )


def assign_from_file(*, institution: Institution, source: BinaryIO, name: str, by: User) -> int:
    """Assign all counselors of a file, or none; returns the number of assignments.

    Raises StaffingError with every problem by row, FileFaultError for the file.
    """
    found, problems = read_assignments(institution, source, name)
    if problems:
        raise StaffingError(problems)
    _assign(found, by)
    return len(found)


def invite(posts: Sequence[tuple[Post, Identifier]], by: User, reason: str = "") -> None:
    """Create appointments. Raises StaffingError when the daily limit is exceeded."""
    try:
        appointments.invite(posts=posts, by=by, reason=reason)
    except appointments.TooManyAppointmentsError as error:
        raise StaffingError([RowProblem("", "", StaffingFault.MANY)]) from error


def _long_over() -> QuerySet[ClassCounselor]:
    return ended_counselors().filter(last_day__lt=TruncDate(Now() - TOLD_FOR))


def _withdraw_ended(link: ClassCounselor) -> None:
    """Withdraw it, unless it was given a later last day meanwhile."""
    with transaction.atomic():
        lock_account(link.user_id)  # the same lock order as in assigning
        if _long_over().select_for_update().filter(pk=link.pk).first():
            withdraw_counselor(school_class=link.school_class, account=link.user, by=None)


def _assign(found: Sequence[Assignment], by: User) -> None:
    """Assign staff at once and invite the others; each person is looked up once.

    Of two assignments of a person to a class the last one counts.
    """
    waiting: list[tuple[Post, Identifier]] = []
    assigned: dict[tuple[int, int], ClassCounselor] = {}
    with transaction.atomic():
        classes = _lock_classes(found)
        people = _lock_people(found, by)
        links = ClassCounselor.objects.filter(school_class__in=classes)
        there = set(links.values_list("user", "school_class"))
        for one in found:
            account, is_colleague = people[one.who]
            office = account.pk if account else None, one.school_class.pk
            if one.keeps_last_day and office in there:
                continue
            if account and is_colleague:
                assigned[account.pk, one.school_class.pk] = ClassCounselor(
                    user=account, school_class=one.school_class, last_day=one.last_day
                )
            else:
                waiting.append((_post(one), one.who))
        _assign_now(list(assigned.values()), by)
        invite(waiting, by)


def _post(one: Assignment) -> Post:
    return Post(
        Role.COUNSELOR,
        school_class=one.school_class,
        last_day=one.last_day,
        keeps_last_day=one.keeps_last_day,
    )


def _lock_classes(found: Sequence[Assignment]) -> set[int]:
    """The classes, locked. Raises StaffingError for those merged into another meanwhile."""
    classes = lock_classes({one.school_class.pk for one in found})
    gone = {one.school_class.code for one in found if one.school_class.pk not in classes}
    if gone:
        raise StaffingError([RowProblem("", code, StaffingFault.CLASS) for code in sorted(gone)])
    return classes


def _lock_people(
    found: Sequence[Assignment], by: User
) -> dict[Identifier, tuple[User | None, bool]]:
    """The account of each person, locked, and whether it is staff of the institution.

    Whether it is staff is read under the lock: who was dismissed meanwhile is invited like
    any other person.
    """
    wanted = {one.who: one.school_class.institution for one in found}
    named = {who: owner.account.pk for who in wanted if (owner := owners.owner_of(who))}
    locked = {account.pk: account for account in lock_accounts({by.pk, *named.values()})}
    people: dict[Identifier, tuple[User | None, bool]] = {}
    for who, institution in wanted.items():
        account = locked.get(named.get(who, 0))
        people[who] = account, account is not None and _works_for(account, institution)
    return people


def _works_for(account: User, institution: Institution) -> bool:
    """Whether the account is a counselor or registrar of the institution."""
    counselor = counselors_now().filter(user=account, school_class__institution=institution)
    return counselor.exists() or account.registrar_of.filter(institution=institution).exists()


def _assign_now(assigned: Sequence[ClassCounselor], by: User) -> None:
    for account in {link.user for link in assigned}:
        RoleGrant.objects.get_or_create(user=account, role=Role.COUNSELOR)
    ClassCounselor.objects.bulk_create(
        assigned,
        update_conflicts=True,
        unique_fields=["user", "school_class"],
        update_fields=["last_day"],
    )
    record_actions(
        [
            AuditEntry(
                action="enrollment.assign_counselor",
                actor_id=by.pk,
                subject_type="account",
                subject_key=str(link.user.key),
                institution_code=link.school_class.institution.code,
                detail={"class": link.school_class_id, "last_day": _iso(link.last_day)},
            )
            for link in assigned
        ]
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
