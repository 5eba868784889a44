"""The yardstick: a task that does nothing. Loaded into the worker by ``--include``."""

from celery import shared_task


@shared_task(queue="bare")
def bare(key: str) -> None:
    """Take a key, as the outbox's doorbell does, and leave it."""
