"""Celery tasks of the outbox.

The table is the queue; a task only wakes a worker, so a lost task loses no message.
"""

import time
from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from delivery.models import ClaimedTexts, MailDomain, OutboxMessage, ReturnedMail, Status
from delivery.outbox import reconcile, sending, transitions

SWEEP_SECONDS = 8.0
RETENTION = timedelta(days=90)
RETURNS_RETENTION = timedelta(days=365)


@shared_task
def send_message(key: str) -> None:
    """Send a batch of due messages, if the message ``key`` is still queued."""
    if OutboxMessage.objects.filter(key=key, status=Status.QUEUED).exists():
        sending.send_due()


@shared_task
def drain_outbox() -> None:
    """Send batches until no message is due.

    A batch that is not full was the last: what is queued meanwhile has a task of its own.
    """
    while sending.send_due() == transitions.BATCH:
        pass


@shared_task
def sweep_outbox() -> None:
    """Send messages left over after a crash, a lost task or a back-off.

    Stops after ``SWEEP_SECONDS``; the next run continues.
    """
    transitions.recover()
    deadline = time.monotonic() + SWEEP_SECONDS
    while sending.send_due() and time.monotonic() < deadline:
        pass


@shared_task
def reconcile_outbox() -> None:
    """Look up messages whose result is unknown."""
    reconcile.reconcile()


@shared_task
def prune_outbox() -> None:
    """Delete messages, returned mail, domains and counts past their retention.

    A message of unknown status is deleted too: no receipt arrives after that time.
    """
    ended = [Status.SENT, Status.DELIVERED, Status.FAILED, Status.UNKNOWN]
    OutboxMessage.objects.filter(status__in=ended, created_at__lt=Now() - RETENTION).delete()
    ReturnedMail.objects.filter(returned_at__lt=Now() - RETURNS_RETENTION).delete()
    ClaimedTexts.objects.filter(at__lt=Now() - timedelta(days=1)).delete()
    MailDomain.objects.filter(window_started_at__lt=Now() - RETENTION).delete()
