"""Every task of the registry, in the module that Celery discovers."""

from enrollment.imports.tasks import publish_upload, rehearse_upload, sweep_batches
from enrollment.photos.tasks import (
    check_photos,
    forget_old_photo_batches,
    import_photo_batch,
    sweep_photo_batches,
)
from enrollment.status_reports.tasks import print_status_report, sweep_reports

__all__ = [
    "check_photos",
    "forget_old_photo_batches",
    "import_photo_batch",
    "print_status_report",
    "publish_upload",
    "rehearse_upload",
    "sweep_batches",
    "sweep_photo_batches",
    "sweep_reports",
]
