"""Celery tasks of institutions."""

from celery import shared_task

from enrollment.institutions.appointments import services as appointments


@shared_task
def forget_old_appointments() -> None:
    """Daily: delete appointments of long ago."""
    appointments.forget_old_appointments()
