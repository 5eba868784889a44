"""Locks on classes, taken before those on accounts wherever a transaction needs both."""

from collections.abc import Iterable

from enrollment.models import Appointment, SchoolClass


def lock_classes(pks: Iterable[int]) -> set[int]:
    """The keys of those classes that are still there, locked until the transaction ends.

    A class merged into another waits for this lock, and is gone for whoever waited for it.
    """
    found = SchoolClass.objects.filter(pk__in=pks).order_by("pk")
    return set(found.select_for_update(no_key=True).values_list("pk", flat=True))


def lock_class_of(appointment: Appointment) -> None:
    """Lock the class of an appointment, read again: it may have been merged meanwhile."""
    while True:
        appointment.refresh_from_db(fields=["school_class"])
        pk = appointment.school_class_id
        if pk is None or lock_classes([pk]):
            return
