"""Who holds an office now, and what lies in its scope: the one place that says so.

A registrar's scope is an institution, a counselor's a class. A counselor with a last day, such as
a deputy, holds the office to the end of that day: ``has_not_ended``.
"""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now, TruncDate

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, Institution, SchoolClass, StudentRecord

TODAY = TruncDate(Now())
HAS_ENDED = Q(last_day__lt=TODAY)  # condition: the last day of the office is over


def is_registrar(user: User, institution: str = "") -> Q:
    """Condition: ``user`` is a registrar of the institution at this path.

    The path begins at the model that is filtered, as ``school_class__institution``; it is empty
    for Institution itself.
    """
    return _held(user, institution, "registrars")


def is_counselor(user: User, school_class: str = "") -> Q:
    """Condition: ``user`` is a counselor of the class at this path; empty for SchoolClass."""
    links = "__".join(filter(None, (school_class, "counselors")))
    return _held(user, school_class, "counselors") & has_not_ended(f"{links}__")


def records_in_scope(user: User) -> QuerySet[StudentRecord]:
    """The records of the institutions and classes of ``user``, by the roles of the account."""
    scope = Q(pk__in=())
    if Role.REGISTRAR in user.roles:
        scope |= is_registrar(user, "institution")
    if Role.COUNSELOR in user.roles:
        scope |= is_counselor(user, "school_class")
    return StudentRecord.objects.filter(scope).distinct()


def classes_in_scope(user: User) -> QuerySet[SchoolClass]:
    """A counselor's classes, and every class of a registrar's institutions."""
    scope = Q(pk__in=classes_of(user).values("pk"))
    scope |= Q(institution__in=institutions_of(user).values("pk"))
    return SchoolClass.objects.filter(scope).select_related("institution")


def institutions_of(user: User) -> QuerySet[Institution]:
    """The institutions a registrar works for; none for all other users."""
    if Role.REGISTRAR not in user.roles:
        return Institution.objects.none()
    return Institution.objects.filter(is_registrar(user)).order_by("code")


def holders_in_scope(user: User) -> QuerySet[User]:
    """The accounts that hold records of the institutions a registrar works for."""
    return User.objects.filter(held_records__institution__in=institutions_of(user))


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
    links = counselors_now().filter(school_class__in=classes)
    return User.objects.filter(pk__in=links.values("user")).order_by("pk")


def without_counselor(school_class: str) -> Q:
    """Condition: the class in this field of the filtered model has no counselor."""
    looked_after = counselors_now().filter(school_class=OuterRef(school_class))
    return Q(~Exists(looked_after))


def counselors_now() -> QuerySet[ClassCounselor]:
    """Counselors with their classes, without those whose last day is over."""
    return ClassCounselor.objects.filter(has_not_ended())


def with_counselors() -> "Prefetch[str, QuerySet[ClassCounselor], str]":
    """For ``prefetch_related`` of classes: their ``counselors`` now, with the accounts."""
    return Prefetch("counselors", counselors_now().select_related("user").order_by("pk"))


def all_counselors() -> QuerySet[ClassCounselor]:
    """Counselors of now and before with their accounts; ``has_ended`` says whose office is over."""
    links = ClassCounselor.objects.annotate(has_ended=HAS_ENDED)
    return links.select_related("user").order_by("pk")


def ended_counselors() -> QuerySet[ClassCounselor]:
    """Counselors with the classes they looked after until a last day that is over."""
    return ClassCounselor.objects.filter(HAS_ENDED)


def has_not_ended(links: str = "") -> Q:
    """Condition: the office whose field names begin with ``links`` has no last day before today."""
    return Q(**{f"{links}last_day": None}) | Q(**{f"{links}last_day__gte": TODAY})


def _held(user: User, path: str, links: str) -> Q:
    return Q(**{"__".join(filter(None, (path, links, "user"))): user})
