"""What beat sends is known to a worker, which loads nothing but tasks."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
UNKNOWN = """
from xuejiportal.celery import app
app.loader.import_default_modules()
scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
print(len(scheduled), sorted(scheduled - app.tasks.keys()))
"""


def test_every_scheduled_task_is_known_to_a_worker() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNKNOWN],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    number, _blank, unknown = done.stdout.strip().partition(" ")
    assert int(number) > 10
    assert unknown == "[]"
