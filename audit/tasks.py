"""Background work of the trail."""

from celery import shared_task

from audit import chain
from audit.models import AuditAnchor, AuditCheck, AuditSeal


@shared_task
def seal_trail() -> None:
    """Seal everything that has been written since the last run."""
    while chain.seal_next():
        pass


@shared_task
def check_trail() -> None:
    """Walk the whole chain, compare it with every anchor and keep the result for the auditors."""
    broken = chain.first_broken(AuditAnchor.objects.all())
    AuditCheck.objects.create(entries=AuditSeal.objects.count(), broken=broken)
