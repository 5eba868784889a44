"""Who holds an office now, and what lies in its scope: the one place that says so.

A registrar's scope is an institution, a counselor's a class. Everything else asks here, so that
a limit of an office (an end date, say) is one condition more in ``_held``; but for the block list
(``accounts.limits.blocklist``), which lies below this app.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, Institution, SchoolClass, StudentRecord


def is_registrar(user: User, institution: str = "") -> Q:
    """Condition: ``user`` is a registrar of the institution at this path.

    The path begins at the model that is filtered, as ``school_class__institution``; it is empty
    for Institution itself.
    """
    return _held(user, institution, "registrars")


def is_counselor(user: User, school_class: str = "") -> Q:
    """Condition: ``user`` is a counselor of the class at this path; empty for SchoolClass."""
    return _held(user, school_class, "counselors")


def records_in_scope(user: User) -> QuerySet[StudentRecord]:
    """The records of the institutions and classes of ``user``, by the roles of the account."""
    scope = Q(pk__in=())
    if Role.REGISTRAR in user.roles:
        scope |= is_registrar(user, "institution")
    if Role.COUNSELOR in user.roles:
        scope |= is_counselor(user, "school_class")
    return StudentRecord.objects.filter(scope).distinct()


def institutions_of(user: User) -> QuerySet[Institution]:
    """The institutions a registrar works for; none for all other users."""
    if Role.REGISTRAR not in user.roles:
        return Institution.objects.none()
    return Institution.objects.filter(is_registrar(user)).order_by("code")


def classes_of(user: User) -> QuerySet[SchoolClass]:
    """The classes a counselor looks after; none for all other users."""
    if Role.COUNSELOR not in user.roles:
        return SchoolClass.objects.none()
    return SchoolClass.objects.filter(is_counselor(user)).order_by("code")


def registrars_of(institution: Institution | str) -> QuerySet[User]:
    """The active registrars of an institution, or of the one with this code."""
    code = institution if isinstance(institution, str) else institution.code
    return User.objects.filter(registrar_of__institution__code=code, is_active=True).distinct()


def counselors_of(classes: list[int]) -> QuerySet[User]:
    """The counselors of classes with these primary keys."""
    links = ClassCounselor.objects.filter(school_class__in=classes)
    return User.objects.filter(pk__in=links.values("user")).order_by("pk")


def without_counselor(school_class: str) -> Q:
    """Condition: the class in this field of the filtered model has no counselor."""
    looked_after = ClassCounselor.objects.filter(school_class=OuterRef(school_class))
    return Q(~Exists(looked_after))


def _held(user: User, path: str, links: str) -> Q:
    return Q(**{"__".join(filter(None, (path, links, "user"))): user})
