"""The pulse: a task that beat sends into each queue, to show that a worker takes from it."""

from celery import shared_task

from xuejiportal.monitoring.health import record_pulse


@shared_task
def pulse(queue: str) -> None:
    """Remember that beat and a worker of ``queue`` are alive."""
    record_pulse(queue)
