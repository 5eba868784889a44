"""Background work of the registry. The batch's state is the truth; a task is only a doorbell."""

import logging
from datetime import timedelta

from celery import Task, shared_task
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.sweep import for_each
from enrollment import photo_batches, uploaded
from enrollment.models import (
    BatchState,
    ImportBatch,
    PhotoBatch,
    PhotoBatchState,
    StatusReport,
)
from enrollment.models.status_report import MOST_ATTEMPTS

PATIENCE = timedelta(seconds=30)  # before an issued report counts as left lying

logger = logging.getLogger(__name__)


def enqueue(task: "Task[[int], None]", row: ImportBatch | PhotoBatch | StatusReport) -> None:
    """Send ``task`` for ``row`` to the broker; with the broker down the sweep finds the row."""
    try:
        task.apply_async((row.pk,), retry=False)
    except OperationalError:
        logger.warning("broker unreachable; %s waits for the sweep", row)


def enqueue_import(task: "Task[[int], None]", batch: ImportBatch) -> None:
    """Enqueue ``task``, unless an earlier file of the institution does so when it has ended."""
    if not uploaded.waits_behind_another(batch):
        enqueue(task, batch)


def enqueue_photos(task: "Task[[int], None]", batch: PhotoBatch) -> None:
    """Enqueue ``task``, unless an earlier ZIP of the institution does so when it has ended."""
    if not photo_batches.waits_behind_another(batch):
        enqueue(task, batch)


@shared_task
def rehearse_upload(batch_id: int) -> None:
    """Check an uploaded file, unless another worker does."""
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.UPLOADED).first()
    if batch:
        uploaded.rehearse(batch)
        if batch.state == BatchState.PUBLISHING:
            enqueue_import(publish_upload, batch)
        _enqueue_next(batch)


@shared_task
def publish_upload(batch_id: int) -> None:
    """Publish a batch that a registrar has released, unless another worker does."""
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.PUBLISHING).first()
    if batch:
        uploaded.publish(batch)
        _enqueue_next(batch)


@shared_task
def sweep_batches() -> None:
    """Take up what a lost doorbell or a killed worker left lying."""
    uploaded.release_abandoned()
    for_each(uploaded.waiting(BatchState.UPLOADED), rehearse_upload)
    for_each(uploaded.waiting(BatchState.PUBLISHING), publish_upload)


@shared_task
def check_photos(batch_id: int) -> None:
    """Check an uploaded ZIP of photographs."""
    batch = PhotoBatch.objects.filter(pk=batch_id, state=PhotoBatchState.UPLOADED).first()
    if batch:
        photo_batches.check_photos(batch)
        _enqueue_next_photos(batch)


@shared_task
def take_photos(batch_id: int) -> None:
    """Take the photographs that a registrar has released, unless another worker does."""
    batch = PhotoBatch.objects.filter(pk=batch_id, state=PhotoBatchState.TAKING).first()
    if batch:
        photo_batches.take_photos(batch)
        _enqueue_next_photos(batch)


@shared_task
def sweep_photo_batches() -> None:
    """Take up what a lost doorbell or a killed worker left lying."""
    for_each(photo_batches.waiting_for(PhotoBatchState.UPLOADED), check_photos)
    for_each(photo_batches.waiting_for(PhotoBatchState.TAKING), take_photos)


@shared_task
def forget_old_photo_batches() -> None:
    """Daily: what nobody went on with, and lists that have served."""
    photo_batches.forget_old_photo_batches()


@shared_task
def print_status_report(report_id: int) -> None:
    """Print the file of an issued report, unless it is there or was given up."""
    waiting = StatusReport.objects.filter(pk=report_id, stored_as="", attempts__lt=MOST_ATTEMPTS)
    # The attempt is counted before it is made: one that kills its worker counts too.
    if waiting.update(attempts=F("attempts") + 1):
        # Here, not above: what prints and signs weighs 37 MB, and importers never print.
        from enrollment.reporting.glyphs import MissingGlyphsError
        from enrollment.reporting.printing import print_file, wait_for_fonts

        report = StatusReport.objects.select_related("record__institution").get(pk=report_id)
        try:
            print_file(report)
        except MissingGlyphsError as error:
            logger.error("%s waits: no font of REPORT_FONTS has %s", report, error)
            wait_for_fonts(report, error.characters)


@shared_task
def sweep_reports() -> None:
    """Print what a lost doorbell or a killed worker left lying."""
    overdue = timezone.now() - PATIENCE
    waiting = StatusReport.objects.filter(stored_as="", attempts__lt=MOST_ATTEMPTS)
    for_each(waiting.filter(issued_at__lt=overdue).order_by("pk"), _enqueue_printable)


def _enqueue_printable(report: StatusReport) -> None:
    if not report.missing_glyphs or _have_glyphs(report.missing_glyphs):
        enqueue(print_status_report, report)


def _have_glyphs(characters: str) -> bool:
    """Whether fonts were added that can print what no font could."""
    from enrollment.reporting.glyphs import missing_glyphs

    return not missing_glyphs(characters)


def _enqueue_next(batch: ImportBatch) -> None:
    """Enqueue the institution's next file, which waited for this one to end."""
    if batch.state in {BatchState.UPLOADED, BatchState.PUBLISHING}:
        return  # it waits itself
    waiting = ImportBatch.objects.filter(institution=batch.institution_id).exclude(upload="")
    tasks = {BatchState.UPLOADED: rehearse_upload, BatchState.PUBLISHING: publish_upload}
    found = waiting.filter(state__in=tasks).exclude(pk=batch.pk).order_by("pk").first()
    if found:
        enqueue(tasks[BatchState(found.state)], found)


def _enqueue_next_photos(batch: PhotoBatch) -> None:
    """Enqueue the institution's next ZIP of photographs, which waited for this one."""
    tasks = {PhotoBatchState.UPLOADED: check_photos, PhotoBatchState.TAKING: take_photos}
    waiting = PhotoBatch.objects.filter(institution=batch.institution_id, state__in=tasks)
    if not waiting.filter(pk=batch.pk).exists() and (found := waiting.order_by("pk").first()):
        enqueue(tasks[PhotoBatchState(found.state)], found)
