"""Who may fetch which record: permission is where the object is fetched."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Confirmation, Photo, StudentRecord


def records_held_by(user: User) -> QuerySet[StudentRecord]:
    """The records this account has proved to be its own, newest entry first."""
    return StudentRecord.objects.filter(holder=user).order_by("-entry_date", "-pk")


def photos_held_by(user: User | AnonymousUser) -> QuerySet[Photo]:
    """The photographs of the records this account holds."""
    if not isinstance(user, User):
        return Photo.objects.none()
    return Photo.objects.filter(record__holder=user)


def confirmations_held_by(user: User) -> QuerySet[Confirmation]:
    """The answers given for the records this account holds."""
    return Confirmation.objects.filter(record__holder=user).select_related("record__institution")


def records_visible_to(user: User | AnonymousUser) -> QuerySet[StudentRecord]:
    """The records a member of staff may see: a registrar's institutions, a counselor's classes.

    Scope is read anew on each request (a withdrawn right ends at once). The
    superuser has no right to data by default.
    """
    if not isinstance(user, User):
        return StudentRecord.objects.none()
    scope = Q(pk__in=())
    if Role.REGISTRAR in user.roles:
        scope |= Q(institution__registrars__user=user)
    if Role.COUNSELOR in user.roles:
        scope |= Q(school_class__counselors__user=user)
    return StudentRecord.objects.filter(scope).distinct()
