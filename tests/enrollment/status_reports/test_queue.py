"""Reports that wait to be printed, by the thousand."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrollment.models import StatusReport, StudentRecord
from enrollment.status_reports import tasks
from verification.search_progress import note_progress
from xuejiportal.celery import app
from xuejiportal.monitoring import health

pytestmark = pytest.mark.django_db
QUEUE = "reports-that-wait"


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A queue from which no worker takes."""
    monkeypatch.setattr(health, "QUEUES", (QUEUE,))
    yield QUEUE
    with app.connection_for_write() as connection:
        connection.default_channel.queue_delete(QUEUE)  # type: ignore[attr-defined]


def test_a_task_sent_after_a_report_is_taken_before_it(queue: str) -> None:
    tasks.print_status_report.apply_async((1,), queue=queue)
    note_progress.apply_async(("key",), queue=queue)
    assert health.queue_lengths() == {queue: 2}
    with (
        app.connection_for_read() as connection,
        connection.SimpleQueue(queue, no_ack=True) as waiting,
    ):
        taken = [waiting.get(timeout=5).headers["task"] for _ in range(2)]
    assert taken == [note_progress.name, tasks.print_status_report.name]


def test_a_sweep_enqueues_no_more_reports_than_are_printed_until_the_next(
    client: Client, wang: User, wang_record: StudentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(wang)
    for purpose in ("第一份", "第二份", "第三份"):
        given = {"purpose": purpose, "language": "zh", "days": 30, "pin": ""}
        client.post(f"/status/{wang_record.key}/reports/", given)
    StatusReport.objects.update(issued_at=timezone.now() - timedelta(minutes=5))
    waits_for_font, *others = StatusReport.objects.order_by("pk")
    StatusReport.objects.filter(pk=waits_for_font.pk).update(missing_glyphs="\U00030edd")
    enqueued: list[int] = []
    monkeypatch.setattr(tasks, "enqueue", lambda _task, pk: enqueued.append(pk))
    monkeypatch.setattr(tasks, "MAX_SWEPT", 2)
    tasks.sweep_reports()
    assert enqueued == [other.pk for other in others]
