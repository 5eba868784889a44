"""What workers load: each megabyte is held by every process of every machine."""

import subprocess
import sys

from django.conf import settings

from enrollment.imports import tasks as imports_tasks
from enrollment.photos import tasks as photos_tasks
from enrollment.status_reports import tasks as status_reports_tasks
from xuejiportal.celery import app

LOAD = """
import sys, django
django.setup()
from xuejiportal.celery import app
app.loader.import_default_modules()
print(*{name.partition(".")[0] for name in sys.modules})
"""
# Printing, signing, reading PDFs, pages in Markdown, buckets: some 50 MB.
HEAVY = {"weasyprint", "pyhanko", "fontTools", "aiohttp", "markdown_it", "boto3", "segno"}


REGISTERED = """
import django
django.setup()
from xuejiportal.celery import app
app.loader.import_default_modules()
print(*app.tasks)
"""


def _printed(program: str) -> set[str]:
    """The words that ``program`` prints in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "xuejiportal.settings", "VAR_DIR": str(settings.VAR_DIR)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_a_worker_loads_nothing_it_may_never_need() -> None:
    assert not HEAVY & _printed(LOAD)


def test_a_worker_knows_every_task_that_beat_sends() -> None:
    sent = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert not sent - _printed(REGISTERED)


def test_work_of_minutes_has_a_queue_of_its_own() -> None:
    """A report is printed and a code is sent while a million rows are read."""
    queues = {
        task.name: app.amqp.router.route({}, task.name)["queue"].name
        for task in (
            imports_tasks.rehearse_upload,
            photos_tasks.import_photo_batch,
            status_reports_tasks.print_status_report,
        )
    }
    assert [*queues.values()] == ["imports", "imports", "celery"]
