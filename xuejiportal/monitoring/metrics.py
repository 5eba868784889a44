"""Metrics in Prometheus' format: what the web processes count, and the state of the portal.

Labels are names of pages, queues and providers: none names a person. Counters of several
processes are added up through files in ``PROMETHEUS_MULTIPROC_DIR``, which settings set.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from delivery.outbox.queries import recent_messages
from enrollment.imports.estimate import rows_in_work
from xuejiportal.monitoring import ended_processes, health

REQUESTS = Counter("portal_requests", "Answered requests.", ["method", "page", "status"])
SECONDS = Histogram(
    "portal_request_seconds",
    "Time to answer.",
    ["page"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
QUERIES = Counter("portal_queries", "Database statements of requests.", ["page"])
SIGN_INS = Counter("portal_sign_ins", "Sign-ins by outcome.", ["outcome"])


@cache
def counters(method: str, page: str, status: int) -> tuple[Counter, Histogram, Counter]:
    """Requests, seconds and statements of a page, kept: to find them costs more than to count."""
    return (
        REQUESTS.labels(method, page, status),
        SECONDS.labels(page),
        QUERIES.labels(page),
    )


class StateCollector(Collector):
    """What the database and Redis tell at this moment."""

    def collect(self) -> Iterator[Metric]:
        """Health, ages, queues, newest messages and imports in work."""
        findings = health.examine()
        well = GaugeMetricFamily("portal_part_is_well", "1 if it works.", labels=["part"])
        ages = GaugeMetricFamily("portal_age_seconds", "Age of the oldest.", labels=["of"])
        for finding in findings:
            well.add_metric([finding.name], float(finding.is_well))
            if finding.seconds is not None:
                ages.add_metric([finding.name], finding.seconds)
        yield well
        yield ages
        queues = GaugeMetricFamily("portal_queue_length", "Tasks that wait.", labels=["queue"])
        for queue, length in health.queue_lengths().items():
            queues.add_metric([queue], length)
        yield queues
        if all(finding.is_well for finding in findings if finding.is_needed):
            yield from _database_state()


def _database_state() -> Iterator[Metric]:
    labels = ["channel", "provider", "status"]
    messages = GaugeMetricFamily(
        "portal_recent_messages", "The 2,000 newest messages.", labels=labels
    )
    for key, number in recent_messages().items():
        messages.add_metric(key, number)
    yield messages
    rows = GaugeMetricFamily("portal_import_rows", "Rows of imports in work.", labels=["which"])
    for which, number in rows_in_work().items():
        rows.add_metric([which], number)
    yield rows


def render() -> bytes:
    """All metrics as text."""
    counted, state = CollectorRegistry(), CollectorRegistry()
    MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    state.register(StateCollector())
    with ended_processes.unfolded(_directory()):
        counts = generate_latest(counted)
    return counts + generate_latest(state)


def _directory() -> Path:
    return Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])


def connect() -> None:
    """Count in this process: sign-ins by their outcome, too; fold what ended ones have counted."""
    ended_processes.fold(_directory())
    user_logged_in.connect(_signed_in, dispatch_uid="metrics-signed-in")
    user_login_failed.connect(_failed, dispatch_uid="metrics-sign-in-failed")


def _signed_in(**kwargs: Any) -> None:
    SIGN_INS.labels("succeeded").inc()


def _failed(**kwargs: Any) -> None:
    SIGN_INS.labels("failed").inc()
