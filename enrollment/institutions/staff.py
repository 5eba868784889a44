"""Staff of institutions: who they are, their appointment and their dismissal.

A withdrawn right ends with the next request (threat T19), because the scope is
read from the database on each request. A registrar appoints counselors; the operator
appoints registrars and auditors.
"""

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from accounts.identifiers.services import Identifier
from accounts.models import EventKind, RoleGrant, User
from accounts.password_state import lock_account
from accounts.roles import Role
from accounts.security_log import record_event
from accounts.sessions import services
from audit.services import record_action
from enrollment.institutions.appointments.services import Post
from enrollment.institutions.counselors import invite
from enrollment.models import ClassCounselor, Institution, InstitutionRegistrar
from enrollment.offices import all_counselors, counselors_now, institutions_of


def staff_of(schools: QuerySet[Institution]) -> QuerySet[User]:
    """Registrars and counselors of ``schools``."""
    works = Q(registrar_of__institution__in=schools)
    works |= Q(counselor_of__school_class__institution__in=schools)
    found = User.objects.filter(works).distinct()
    classes = all_counselors().filter(school_class__institution__in=schools)
    here = Prefetch("counselor_of", classes.select_related("school_class"))
    return found.prefetch_related("role_grants", here).order_by("pk")


def may_receive_code_from(user: User) -> QuerySet[User]:
    """Staff to whom ``user`` may issue a code for setting up the second factor."""
    staff = User.objects.filter(role_grants__isnull=False).exclude(pk=user.pk).distinct()
    if user.is_superuser:
        return staff
    schools = institutions_of(user)
    here = counselors_now().filter(school_class__institution__in=schools)
    others = RoleGrant.objects.exclude(role=Role.COUNSELOR)
    counselors = staff.filter(pk__in=here.values("user")).exclude(role_grants__in=others)
    return counselors.exclude(pk__in=offices_elsewhere(schools).values("user"))


def offices_elsewhere(schools: QuerySet[Institution]) -> QuerySet[ClassCounselor]:
    """Counselors, now, of classes at other institutions than ``schools``."""
    return counselors_now().exclude(school_class__institution__in=schools)


def appoint(
    *, who: Identifier, role: Role, institution: Institution | None, reason: str, by: User
) -> None:
    """Appoint the person ``who`` names registrar of ``institution``, or auditor.

    Takes effect once the person accepts. Raises StaffingError.
    """
    invite([(Post(role, institution), who)], by, reason)


def dismiss(
    *, account: User, role: Role, institution: Institution | None, reason: str, by: User
) -> None:
    """Withdraw a role; a registrar of further institutions keeps it for those."""
    with transaction.atomic():
        lock_account(account.pk)
        registrar_of = InstitutionRegistrar.objects.filter(user=account)
        if institution is not None:
            registrar_of.filter(institution=institution).delete()
        if role != Role.REGISTRAR or not registrar_of.exists():
            RoleGrant.objects.filter(user=account, role=role).delete()
        if role == Role.COUNSELOR:
            ClassCounselor.objects.filter(user=account).delete()
        _note("dismiss", account, role, institution, reason, by)


def end_sessions(*, account: User, reason: str, by: User) -> int:
    """End all sessions of ``account`` for ``reason``; returns how many there were."""
    with transaction.atomic():
        ended = services.end_sessions(account=account)
        record_event(account=account, kind=EventKind.SESSIONS_ENDED)
        record_action(
            action="accounts.end_sessions",
            actor_id=by.pk,
            subject_type="account",
            subject_key=account.key,
            reason=reason,
            detail={"sessions": ended},
        )
    return ended


def _note(
    act: str, account: User, role: Role, institution: Institution | None, reason: str, by: User
) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="account",
        subject_key=account.key,
        institution_code=institution.code if institution else "",
        reason=reason,
        detail={"role": role},
    )
