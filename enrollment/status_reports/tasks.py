"""Background tasks of status reports."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import F
from django.db.models.functions import Now

from accounts.sweep import for_each
from delivery.task_queue import enqueue
from enrollment.models import (
    StatusReport,
)
from enrollment.models.status_report import MAX_ATTEMPTS
from enrollment.status_reports import retention

logger = logging.getLogger(__name__)

REQUEUE_AFTER = timedelta(seconds=30)  # before an unprinted report is enqueued again
# Reports that one sweep enqueues again: so many that they are printed until the next sweep. Where
# thousands wait, the sweeps would otherwise fill the queue faster than it is emptied.
MAX_SWEPT = 200


@shared_task
def print_status_report(report_id: int) -> None:
    """Print the file of an issued report, unless it exists or was given up."""
    waiting = StatusReport.objects.filter(pk=report_id, stored_as="", attempts__lt=MAX_ATTEMPTS)
    # The attempt is counted before it is made, so that one that kills its worker counts too.
    if waiting.update(attempts=F("attempts") + 1):
        # Imported here, because printing and signing need 37 MB and import workers never print.
        from enrollment.status_reports.glyphs import MissingGlyphsError
        from enrollment.status_reports.rendering import print_file, wait_for_fonts

        report = StatusReport.objects.select_related("record__institution").get(pk=report_id)
        try:
            print_file(report)
        except MissingGlyphsError as error:
            logger.error("%s waits: no font of REPORT_FONTS has %s", report, error)
            wait_for_fonts(report, error.characters)


@shared_task
def sweep_reports() -> None:
    """Print reports whose task was lost or whose worker was killed."""
    overdue = Now() - REQUEUE_AFTER
    waiting = StatusReport.objects.filter(stored_as="", attempts__lt=MAX_ATTEMPTS)
    # Those that wait for a font come after all others.
    oldest = waiting.filter(issued_at__lt=overdue).order_by("missing_glyphs", "pk")
    for_each(oldest[:MAX_SWEPT], _enqueue_printable)


@shared_task
def forget_ended_reports() -> None:
    """Daily: delete reports that ended long ago."""
    retention.forget_ended_reports()


def _enqueue_printable(report: StatusReport) -> None:
    if not report.missing_glyphs or _have_glyphs(report.missing_glyphs):
        enqueue(print_status_report, report.pk)


def _have_glyphs(characters: str) -> bool:
    """Whether the present fonts can print ``characters``."""
    from enrollment.status_reports.glyphs import missing_glyphs

    return not missing_glyphs(characters)
