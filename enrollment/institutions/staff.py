"""Who works where: classes and their counselors, registrars, auditors.

A right that is taken away ends with the next request (SECURITY T19): scope is
read anew each time. A registrar appoints counselors; the operator appoints
registrars and auditors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

import audit.services as trail
from accounts.identifiers import services as owners
from accounts.identifiers.services import Identifier
from accounts.models import EventKind, RoleGrant, User
from accounts.roles import Role
from accounts.security_log import record_event
from accounts.sessions import services
from accounts.text import fold
from audit.models import AuditEntry
from enrollment.fields.titles import fold_title
from enrollment.files.readers import open_table
from enrollment.institutions import appointments
from enrollment.institutions.appointments import Post
from enrollment.models import (
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
)

MAX_ROWS = 2_000
MAX_PEOPLE = 500  # in one file: each is looked up and written to
_CLASS_TITLES = frozenset({"班级", "班号", "班级名称", "行政班", "BH", "CLASS"})
_PERSON_TITLES = frozenset(
    {"辅导员", "账号", "邮箱", "手机号", "用户名", "辅导员账号", "COUNSELOR", "EMAIL"}
)


class StaffingFault(models.TextChoices):
    """Why a row of an assignment file, or an appointment, cannot be carried out."""

    HEADER = "header", _("The file needs a column 班级 and a column 辅导员.")
    EMPTY = "empty", _("The file names nobody.")
    TOO_LONG = "too_long", _("The file has more than 2,000 rows.")
    TOO_MANY_PEOPLE = "too_many_people", _("The file names more than 500 people: split it.")
    BLANK = "blank", _("Class or counselor is missing in this row.")
    CLASS = "class", _("There is no such class.")
    PERSON = "person", _("This is neither an e-mail address, a mobile number nor a username.")
    MANY = "many", _("More people than one may name in a day. Go on tomorrow.")


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one row of an assignment file."""

    row: int
    text: str
    fault: StaffingFault


class StaffingError(Exception):
    """Nothing was changed; ``problems`` says why."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


class ClassInUseError(Exception):
    """The class still has records, so it stays."""


def classes_managed_by(schools: QuerySet[Institution]) -> QuerySet[SchoolClass]:
    """The classes of ``schools`` with how many records each has, by code."""
    found = SchoolClass.objects.filter(institution__in=schools).select_related("institution")
    return found.annotate(people=Count("records")).order_by("institution__code", "code")


def staff_of(schools: QuerySet[Institution]) -> QuerySet[User]:
    """Everyone who works for ``schools`` as a registrar or a counselor."""
    works = Q(registrar_of__institution__in=schools)
    works |= Q(counselor_of__school_class__institution__in=schools)
    found = User.objects.filter(works).distinct()
    return found.prefetch_related("role_grants", "counselor_of__school_class").order_by("pk")


def who_gets_code_from(user: User) -> QuerySet[User]:
    """Staff to whom ``user`` hands the code for setting up the second factor."""
    staff = User.objects.filter(role_grants__isnull=False).exclude(pk=user.pk).distinct()
    if user.is_superuser:
        return staff
    if Role.REGISTRAR not in user.roles:
        return staff.none()
    schools = Institution.objects.filter(registrars__user=user)
    counselors = staff.filter(counselor_of__school_class__institution__in=schools)
    others = RoleGrant.objects.exclude(role=Role.COUNSELOR)
    elsewhere = ClassCounselor.objects.exclude(school_class__institution__in=schools)
    return counselors.exclude(role_grants__in=others).exclude(counselor_of__in=elsewhere)


def make_class(*, institution: Institution, code: str, college: str, by: User) -> SchoolClass:
    """A new class. Raises IntegrityError when there is one of this code."""
    with transaction.atomic():
        made = SchoolClass.objects.create(institution=institution, code=code, college=college)
        _note("make_class", by, institution, "class", made.pk)
    return made


def change_class(*, school_class: SchoolClass, code: str, college: str, by: User) -> None:
    """Give a class another name or college. Raises IntegrityError when the code is taken."""
    with transaction.atomic():
        SchoolClass.objects.filter(pk=school_class.pk).update(code=code, college=college)
        _note("change_class", by, school_class.institution, "class", school_class.pk)


def remove_class(*, school_class: SchoolClass, by: User) -> None:
    """Take away a class that nobody is in. Raises ClassInUseError."""
    if school_class.records.exists():
        raise ClassInUseError
    with transaction.atomic():
        _note("remove_class", by, school_class.institution, "class", school_class.pk)
        school_class.delete()


def assign_counselor(*, school_class: SchoolClass, who: Identifier, by: User) -> None:
    """Make the person ``who`` names a counselor of the class. Raises StaffingError.

    Whoever works for the school already is at once; anybody else once they accept.
    """
    _assign([(school_class, who)], by)


def withdraw_counselor(*, school_class: SchoolClass, account: User, by: User) -> None:
    """End it; a counselor of no class any more loses the role too."""
    with transaction.atomic():
        ClassCounselor.objects.filter(user=account, school_class=school_class).delete()
        if not ClassCounselor.objects.filter(user=account).exists():
            RoleGrant.objects.filter(user=account, role=Role.COUNSELOR).delete()
        detail = {"class": school_class.pk}
        _note("withdraw_counselor", by, school_class.institution, "account", account.key, detail)


def assign_from_file(*, institution: Institution, source: BinaryIO, name: str, by: User) -> int:
    """Carry out a file of classes and counselors, all of it or nothing; how many rows.

    Raises StaffingError with every problem by row, FileFaultError for the file.
    """
    pairs, problems = _read(institution, source, name)
    if problems:
        raise StaffingError(problems)
    _assign(pairs, by)
    return len(pairs)


def appoint(
    *, who: Identifier, role: Role, institution: Institution | None, reason: str, by: User
) -> None:
    """Appoint the person ``who`` names registrar of ``institution``, or auditor.

    It takes effect once they accept. Raises StaffingError.
    """
    _invite([(Post(role, institution), who)], by, reason)


def dismiss(
    *, account: User, role: Role, institution: Institution | None, reason: str, by: User
) -> None:
    """Take a role away; a registrar keeps it while another institution is left."""
    with transaction.atomic():
        registrar_of = InstitutionRegistrar.objects.filter(user=account)
        if institution is not None:
            registrar_of.filter(institution=institution).delete()
        if role != Role.REGISTRAR or not registrar_of.exists():
            RoleGrant.objects.filter(user=account, role=role).delete()
        if role == Role.COUNSELOR:
            ClassCounselor.objects.filter(user=account).delete()
        _note_appointment("dismiss", account, role, institution, reason, by)


def end_sessions(*, account: User, reason: str, by: User) -> int:
    """Sign ``account`` out everywhere, with a reason; how many sessions ended."""
    with transaction.atomic():
        ended = services.end_sessions(account=account)
        record_event(account=account, kind=EventKind.SESSIONS_ENDED)
        trail.record(
            action="accounts.end_sessions",
            actor_id=by.pk,
            subject_type="account",
            subject_key=account.key,
            reason=reason,
            detail={"sessions": ended},
        )
    return ended


def _assign(pairs: Iterable[tuple[SchoolClass, Identifier]], by: User) -> None:
    """Each person is looked up once, whatever the number of their classes."""
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
        _invite(waiting, by)


def _colleague(who: Identifier, institution: Institution) -> User | None:
    """The account that ``who`` names, if it works for the institution already."""
    owner = owners.owner_of(who)
    return owner.account if owner and _works_for(owner.account, institution) else None


def _works_for(account: User, institution: Institution) -> bool:
    """Whether the account is a counselor or registrar of the school already."""
    counselor = account.counselor_of.filter(school_class__institution=institution)
    return counselor.exists() or account.registrar_of.filter(institution=institution).exists()


def _assign_now(assigned: Sequence[tuple[SchoolClass, User]], by: User) -> None:
    for account in {account for _class, account in assigned}:
        RoleGrant.objects.get_or_create(user=account, role=Role.COUNSELOR)
    ClassCounselor.objects.bulk_create(
        (ClassCounselor(user=account, school_class=one) for one, account in assigned),
        ignore_conflicts=True,
    )
    trail.record_many(
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


def _invite(posts: Sequence[tuple[Post, Identifier]], by: User, reason: str = "") -> None:
    try:
        appointments.invite(posts=posts, by=by, reason=reason)
    except appointments.TooManyAppointmentsError as error:
        raise StaffingError([RowProblem(0, "", StaffingFault.MANY)]) from error


def _read(
    institution: Institution, source: BinaryIO, name: str
) -> tuple[list[tuple[SchoolClass, Identifier]], list[RowProblem]]:
    table = open_table(source, name)
    try:
        rows = table.head(MAX_ROWS + 2)
    finally:
        table.close()
    places = _header(rows)
    if places is None:
        return [], [RowProblem(1, "", StaffingFault.HEADER)]
    header, class_at, person_at = places
    if len(rows) - header > MAX_ROWS + 1:
        return [], [RowProblem(MAX_ROWS + 1, "", StaffingFault.TOO_LONG)]
    pairs: list[tuple[SchoolClass, Identifier]] = []
    problems: list[RowProblem] = []
    known = institution.classes.select_related("institution").order_by("-pk")
    classes = {fold(found.code): found for found in known} | {found.code: found for found in known}
    for number, cells in enumerate(rows[header + 1 :], header + 2):
        if not any(cell.strip() for cell in cells):
            continue
        code, person = _cell(cells, class_at), _cell(cells, person_at)
        found = _pair(classes.get(code) or classes.get(fold(code)), code, person)
        if isinstance(found, StaffingFault):
            problems.append(RowProblem(number, f"{code} {person}".strip(), found))
        else:
            pairs.append(found)
    if len({who for _, who in pairs}) > MAX_PEOPLE:
        problems.append(RowProblem(1, "", StaffingFault.TOO_MANY_PEOPLE))
    if not pairs and not problems:
        problems.append(RowProblem(1, "", StaffingFault.EMPTY))
    return pairs, problems


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, int, int] | None:
    """Row number of the titles, and where class and counselor stand."""
    for number, cells in enumerate(rows[:20]):
        titles = [fold_title(cell) for cell in cells]
        class_at = next((at for at, title in enumerate(titles) if title in _CLASS_TITLES), None)
        person_at = next((at for at, title in enumerate(titles) if title in _PERSON_TITLES), None)
        if class_at is not None and person_at is not None:
            return number, class_at, person_at
    return None


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _pair(
    school_class: SchoolClass | None, code: str, person: str
) -> tuple[SchoolClass, Identifier] | StaffingFault:
    """The class and the person that a row means, or why it cannot be carried out."""
    if not code or not person:
        return StaffingFault.BLANK
    if school_class is None:
        return StaffingFault.CLASS
    try:
        return school_class, owners.parse(person)
    except ValidationError:
        return StaffingFault.PERSON


def _note_appointment(
    act: str, account: User, role: Role, institution: Institution | None, reason: str, by: User
) -> None:
    trail.record(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="account",
        subject_key=account.key,
        institution_code=institution.code if institution else "",
        reason=reason,
        detail={"role": role},
    )


def _note(
    act: str,
    by: User,
    institution: Institution,
    subject_type: str,
    subject_key: object,
    detail: Mapping[str, object] | None = None,
) -> None:
    trail.record(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type=subject_type,
        subject_key=subject_key,
        institution_code=institution.code,
        detail=detail,
    )
