"""Celery tasks of the trail."""

from celery import shared_task

from audit import chain
from audit.models import AuditAnchor, AuditCheck, AuditSeal


@shared_task
def extend_chain() -> None:
    """Link the entries written since the last run to the chain."""
    while chain.extend_by_batch():
        pass


@shared_task
def check_trail() -> None:
    """Verify the whole chain and every anchor; store the result for the auditors."""
    broken = chain.first_broken(AuditAnchor.objects.all())
    AuditCheck.objects.create(entries=AuditSeal.objects.count(), broken=broken)
