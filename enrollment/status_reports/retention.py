"""Signed reports are deleted some time after they ended, with their files."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.sweep import for_each
from database.commit_hooks import after_commit
from enrollment.files.sealed import forget_unnamed
from enrollment.models import StatusReport

FOLDER = "reports"


def forget_ended_reports() -> int:
    """Delete reports that expired or were revoked ``ENDED_DAYS`` ago; how many.

    Files that killed processes have left without a row are deleted too.
    """
    forget_unnamed(FOLDER, [StatusReport.objects.all()], "stored_as")
    before = Now() - timedelta(days=settings.ENDED_DAYS)
    ended = StatusReport.objects.filter(Q(valid_until__lt=before) | Q(revoked_at__lt=before))
    return for_each(ended.order_by("pk"), _forget)


def _forget(report: StatusReport) -> bool:
    with transaction.atomic():
        # Locked, so that a file that is being printed now is either seen or not kept.
        found = StatusReport.objects.select_for_update().get(pk=report.pk)
        found.delete()
        if found.stored_as:
            after_commit(default_storage.delete, found.stored_as)
    return True
