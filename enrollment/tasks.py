"""Every task of the registry, in the module that Celery discovers."""

from enrollment.imports.tasks import (
    forget_old_batches,
    publish_upload,
    rehearse_upload,
    sweep_batches,
)
from enrollment.institutions.tasks import forget_old_appointments, withdraw_ended_counselors
from enrollment.photos.tasks import (
    check_photos,
    forget_old_photo_batches,
    import_photo_batch,
    sweep_photo_batches,
)
from enrollment.status_reports.tasks import (
    forget_ended_reports,
    print_status_report,
    sweep_reports,
)

__all__ = [
    "check_photos",
    "forget_ended_reports",
    "forget_old_appointments",
    "forget_old_batches",
    "forget_old_photo_batches",
    "import_photo_batch",
    "print_status_report",
    "publish_upload",
    "rehearse_upload",
    "sweep_batches",
    "sweep_photo_batches",
    "sweep_reports",
    "withdraw_ended_counselors",
]
