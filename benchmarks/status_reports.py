"""A queue of 1,000 signed status reports: how fast they are printed, and in how much memory.

``make bench-status_reports``, or with another number ``ARGS="--rows 100"``. All are issued before
the worker starts; beat runs its sweeps meanwhile. Told are the rate, the time that the second
half takes beside the first (goal: at most a tenth more), the largest process of the worker, and
how long other tasks wait that are enqueued while the reports are printed.
"""

import os
import time

import django
import psutil  # type: ignore[import-untyped]

from benchmarks.tools.harness import exit_with, forget_servers, sizes, tell
from tests.faults.site import FAST, Site, running, wait_until

REPORTS = 1_000
A_STUDENT = 10  # so many may be issued in a day
PROCESSES = 2
GROWTH_GOAL = 1.1
MEMORY_GOAL = 500  # MB: a process is replaced beyond 400,000 KB, after its task
WAIT_GOAL = 2.0  # seconds: every process may have just begun to print a report
LONGEST = 0.5  # seconds a report, on average
PRINTED = "SELECT count(*) AS found FROM enrollment_statusreport WHERE stored_as <> ''"


def main() -> int:
    """Print what it came to; 1 when a goal was missed."""
    reports = sizes(REPORTS, "reports").parse_args().rows
    with running() as site:
        for name in FAST:
            site.environ.pop(name, None)
        forget_servers()
        os.environ |= site.environ | {"DJANGO_SETTINGS_MODULE": "xuejiportal.settings"}
        django.setup()
        _issue(reports)
        return int(not _measure(site, reports))


def _issue(reports: int) -> None:
    from django.utils import timezone

    from enrollment.status_page.cards import cards_of
    from enrollment.status_reports.services import issue_report
    from tests.people import make_account, make_record, sample_number

    start, students = time.monotonic(), -(-reports // A_STUDENT)
    for student in range(students):
        account = make_account(f"{student}@example.org")
        number = sample_number(student % 1000, f"{1990 + student // 1000}0815")
        make_record(name="王明", number=number, holder=account, claimed_at=timezone.now())
        [card] = cards_of(account)
        for _ in range(min(A_STUDENT, reports - student * A_STUDENT)):
            issue_report(
                card=card, account=account, purpose="benchmark", language="both", days=30, pin=""
            )
    tell(f"{reports:,} reports issued in {time.monotonic() - start:.0f} s")


def _measure(site: Site, reports: int) -> bool:
    options = ["--concurrency", str(PROCESSES), "--loglevel", "WARNING", "--queues", "celery"]
    options += ["--include", "benchmarks.tools.yardsticks.bare_task"]
    worker = psutil.Process(
        site.start("celery", "--quiet", "-A", "xuejiportal", "worker", *options).pid
    )
    site.beat()
    wait_until(lambda: _printed(site), 60, "the worker prints nothing")
    others, peak = OtherTasks(), 0.0
    reached = [(time.monotonic(), _printed(site))]
    while reached[-1][1] < reports:
        seconds = time.monotonic() - reached[0][0]
        assert seconds < 60 + LONGEST * reports, f"{reached[-1][1]} printed after {seconds:.0f} s"
        others.send()
        time.sleep(0.1)
        peak = max(peak, _largest(worker))
        reached.append((time.monotonic(), _printed(site)))
    _check_one()
    (start, first), (end, _all) = reached[0], reached[-1]
    tell(f"{PROCESSES} processes print {(reports - first) / (end - start):.1f} reports a second")
    half, printed = next(one for one in reached if 2 * one[1] >= first + reports)
    growth = (end - half) / (reports - printed) * (printed - first) / (half - start)
    waits = others.waits()
    met = [
        _told("a report of the second half takes", growth, GROWTH_GOAL, "of one of the first"),
        _told("largest process", peak, MEMORY_GOAL, "MB"),
        _told(f"longest wait of {len(waits)} other tasks", max(waits), WAIT_GOAL, "s"),
    ]
    return all(met)


class OtherTasks:
    """Tasks that are enqueued while the reports wait, and when they were begun."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}

    def send(self) -> None:
        """Enqueue one."""
        from benchmarks.tools.yardsticks.bare_task import note_start

        key = f"note-{len(self.sent)}"
        self.sent[key] = time.time()
        note_start.apply_async((key,))

    def waits(self) -> list[float]:
        """Seconds that each waited, once all were begun."""
        from django.core.cache import cache

        begun: dict[str, float] = {}

        def all_begun() -> bool:
            begun.update(cache.get_many(self.sent))
            return len(begun) == len(self.sent)

        wait_until(all_begun, 60, "other tasks were left")
        return [begun[key] - sent for key, sent in self.sent.items()]


def _check_one() -> None:
    from enrollment.models import StatusReport
    from enrollment.status_reports.services import open_file
    from enrollment.status_reports.signing import verify

    assert verify(open_file(StatusReport.objects.latest("pk"))).authentic, "not signed"


def _printed(site: Site) -> int:
    return int(site.rows(PRINTED)[0]["found"])


def _largest(worker: psutil.Process) -> float:
    """The memory of the largest of the worker's processes, in MB."""
    largest = 0
    for process in [worker, *worker.children()]:
        try:
            largest = max(largest, process.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
    return largest / 2**20


def _told(what: str, found: float, goal: float, unit: str) -> bool:
    verdict = "met" if found <= goal else "NOT met"
    tell(f"{what} {found:.2f} {unit}, goal at most {goal:g}: {verdict}")
    return found <= goal


if __name__ == "__main__":
    exit_with(main)
