"""Locks on classes, taken before those on accounts wherever a transaction needs both."""

from collections.abc import Iterable

from django.db import connection

from enrollment.models import Appointment, SchoolClass


def lock_classes(pks: Iterable[int]) -> set[int]:
    """The keys of those classes that are still there, locked until the transaction ends.

    A class merged into another waits for this lock, and is gone for whoever waited for it.
    """
    found = SchoolClass.objects.filter(pk__in=pks).order_by("pk")
    return set(found.select_for_update(no_key=True).values_list("pk", flat=True))


def keep_classes(institution_id: int) -> None:
    """Keep the institution's classes from being merged or removed until the transaction ends.

    For who gives records a class by its code, and finds out at the end whether it is still there.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM enrollment_schoolclass WHERE institution_id = %s ORDER BY id"
            " FOR KEY SHARE",  # which the ORM does not know; assigning counselors goes on
            [institution_id],
        )


def lock_class_of(appointment: Appointment) -> None:
    """Lock the class of an appointment, read again: it may have been merged meanwhile."""
    while True:
        appointment.refresh_from_db(fields=["school_class"])
        pk = appointment.school_class_id
        if pk is None or lock_classes([pk]):
            return
