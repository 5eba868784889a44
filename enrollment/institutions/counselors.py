"""Assign counselors to classes, one by one or by a file, and withdraw them."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from django.db import transaction

from accounts.identifiers import services as owners
from accounts.identifiers.services import Identifier
from accounts.models import RoleGrant, User
from accounts.roles import Role
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
from enrollment.models import ClassCounselor, Institution, SchoolClass


def assign_counselor(*, school_class: SchoolClass, who: Identifier, by: User) -> None:
    """Assign the person that ``who`` names to the class as a counselor.

    Staff of the institution are assigned at once, others once they accept.
    Raises StaffingError.
    """
    _assign([(school_class, who)], by)


def assign_to_classes(*, classes: Sequence[SchoolClass], who: Identifier, by: User) -> None:
    """Assign the person that ``who`` names to all ``classes``, or to none. Raises StaffingError."""
    _assign([(found, who) for found in classes], by)


def withdraw_counselor(*, school_class: SchoolClass, account: User, by: User) -> None:
    """End a counselor's work for a class; after the last class the role ends too."""
    with transaction.atomic():
        ClassCounselor.objects.filter(user=account, school_class=school_class).delete()
        if not ClassCounselor.objects.filter(user=account).exists():
            RoleGrant.objects.filter(user=account, role=Role.COUNSELOR).delete()
        record_action(
            action="enrollment.withdraw_counselor",
            actor_id=by.pk,
            subject_type="account",
            subject_key=account.key,
            institution_code=school_class.institution.code,
            detail={"class": school_class.pk},
        )


def assign_from_file(*, institution: Institution, source: BinaryIO, name: str, by: User) -> int:
    """Assign all counselors of a file, or none; returns the number of assignments.

    Raises StaffingError with every problem by row, FileFaultError for the file.
    """
    pairs, problems = read_assignments(institution, source, name)
    if problems:
        raise StaffingError(problems)
    _assign(pairs, by)
    return len(pairs)


def invite(posts: Sequence[tuple[Post, Identifier]], by: User, reason: str = "") -> None:
    """Create appointments. Raises StaffingError when the daily limit is exceeded."""
    try:
        appointments.invite(posts=posts, by=by, reason=reason)
    except appointments.TooManyAppointmentsError as error:
        raise StaffingError([RowProblem(0, "", StaffingFault.MANY)]) from error


def _assign(pairs: Iterable[Assignment], by: User) -> None:
    """Assign staff at once and invite the others; each person is looked up once."""
    waiting: list[tuple[Post, Identifier]] = []
    colleagues: dict[Identifier, User | None] = {}
    assigned: list[tuple[SchoolClass, User]] = []
    with transaction.atomic():
        for school_class, who in pairs:
            if who not in colleagues:
                colleagues[who] = _colleague(who, school_class.institution)
            if (account := colleagues[who]) is not None:
                assigned.append((school_class, account))
            else:
                waiting.append((Post(Role.COUNSELOR, school_class=school_class), who))
        _assign_now(assigned, by)
        invite(waiting, by)


def _colleague(who: Identifier, institution: Institution) -> User | None:
    """The account that ``who`` names if it is staff of the institution, else None."""
    owner = owners.owner_of(who)
    return owner.account if owner and _works_for(owner.account, institution) else None


def _works_for(account: User, institution: Institution) -> bool:
    """Whether the account is a counselor or registrar of the institution."""
    counselor = account.counselor_of.filter(school_class__institution=institution)
    return counselor.exists() or account.registrar_of.filter(institution=institution).exists()


def _assign_now(assigned: Sequence[tuple[SchoolClass, User]], by: User) -> None:
    for account in {account for _class, account in assigned}:
        RoleGrant.objects.get_or_create(user=account, role=Role.COUNSELOR)
    ClassCounselor.objects.bulk_create(
        (ClassCounselor(user=account, school_class=one) for one, account in assigned),
        ignore_conflicts=True,
    )
    record_actions(
        [
            AuditEntry(
                action="enrollment.assign_counselor",
                actor_id=by.pk,
                subject_type="account",
                subject_key=str(account.key),
                institution_code=one.institution.code,
                detail={"class": one.pk},
            )
            for one, account in assigned
        ]
    )
