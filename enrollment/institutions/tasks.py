"""Celery tasks of institutions."""

from celery import shared_task

from enrollment.institutions import counselors
from enrollment.institutions.appointments import services as appointments


@shared_task
def forget_old_appointments() -> None:
    """Daily: delete appointments of long ago."""
    appointments.forget_old_appointments()


@shared_task
def withdraw_ended_counselors() -> None:
    """Daily: withdraw counselors whose last day is long over."""
    counselors.withdraw_ended()
