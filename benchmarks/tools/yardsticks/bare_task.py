"""Tasks that do next to nothing, as yardsticks. Loaded into the worker by ``--include``."""

import time

from celery import shared_task
from django.core.cache import cache


@shared_task(queue="bare")
def bare(key: str) -> None:
    """Take a key, as the outbox's doorbell does, and leave it."""


@shared_task
def note_start(key: str) -> None:
    """Keep in the cache under ``key`` when this task was begun."""
    cache.set(key, time.time(), timeout=None)
