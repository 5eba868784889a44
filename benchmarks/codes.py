"""Sending 10,000 codes, against as many bare Celery tasks on the same broker and worker.

``make bench-codes``, or with another number ``ARGS="--rows 1000"``. Both are waiting when
the clock starts: rows committed to the outbox, tasks on a queue. Codes count when the request
has reached the provider's socket, tasks when the broker has none left. Then the idle latency:
from the commit of one message to the provider's socket.
"""

import json
import subprocess
import sys
import time
from typing import Any

import redis

from benchmarks.tools.harness import Side, compare, exit_with, percentile, sizes, tell
from tests.faults.site import ROOT, Site, running, wait_until

CODES = 10_000
LATENCIES = 200
GOAL = 1.0
LATENCY_GOAL = 0.100  # seconds, 99 of 100
# Runs in a process with the portal's settings; reads commands, answers in JSON.
PORTAL = """
import sys, time, json, django
django.setup()
from celery import current_app
from django.db import transaction
from benchmarks.tools.yardsticks.bare_task import bare
from delivery import services, tasks
from delivery.outbox.content import SmsContent
from delivery.models import OutboxMessage

def content(number):
    return ("+8613800138000", SmsContent("greeting", {"name": f"{number:06}"}), None)

def prepare_codes(count):
    OutboxMessage.objects.all().delete()
    rings, services.BULK_DRAINERS = services.BULK_DRAINERS, 0
    services.queue_many((content(n) for n in range(count)), purpose="bench")
    services.BULK_DRAINERS = rings

def ring():
    for _ in range(services.BULK_DRAINERS):
        tasks.drain_outbox.apply_async((), retry=False)

def prepare_tasks(count):
    with current_app.producer_or_acquire() as producer:
        for n in range(count):
            bare.apply_async((str(n),), producer=producer)

def consume():
    current_app.control.add_consumer("bare", reply=True)

def stop_consuming():
    current_app.control.cancel_consumer("bare", reply=True)

def one(number):
    to, text, _ = content(number)
    services.queue_sms(to=to, kind=text.kind, params=text.params, purpose="bench")

def unsent():
    return OutboxMessage.objects.exclude(status="sent").count()

for line in sys.stdin:
    name, *arguments = json.loads(line)
    value = globals()[name](*arguments)
    print(json.dumps([time.time(), value]), flush=True)
"""


class Bench:
    """A site, a vendor that only counts, and a process that speaks for the portal."""

    def __init__(self, site: Site, count: int) -> None:
        self.count = count
        self.site = site
        self.vendor = self._spawn([sys.executable, str(ROOT / "benchmarks/tools/vendor.py")])
        port = self._line(self.vendor).strip()
        site.environ.update(
            ALIYUN_SMS_ENDPOINT=f"http://127.0.0.1:{port}",
            LOG_LEVEL="WARNING",
            OUTBOX_SWEEP="3600",
            DJANGO_SETTINGS_MODULE="xuejiportal.settings",
        )
        self.portal = self._spawn([sys.executable, "-c", PORTAL])
        options = [
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
            "--include",
            "benchmarks.tools.yardsticks.bare_task",
        ]
        site.start("celery", "--quiet", "-A", "xuejiportal", "worker", *options)
        self.broker = redis.Redis.from_url(site.valkey.url)
        self.ask("one", 0)
        wait_until(self.arrivals, 30, "the worker does not start")

    def codes(self) -> float:
        """Send them all; the seconds until the last has reached the vendor."""
        self.ask("prepare_codes", self.count)
        self.arrivals()
        start = time.time()
        self.ask("ring")
        wait_until(lambda: self.ask("unsent")[1] == 0, 120, "codes were left")
        arrivals = self.arrivals()
        doubled = [out_id for out_id, times in arrivals.items() if len(times) > 1]
        if len(arrivals) != self.count or doubled:
            raise AssertionError(f"{len(arrivals)} of {self.count} arrived, {len(doubled)} twice")
        return max(times[0] for times in arrivals.values()) - start

    def tasks(self) -> float:
        """Run as many bare tasks; the seconds until the broker has none left."""
        self.ask("stop_consuming")
        self.ask("prepare_tasks", self.count)
        if self.broker.llen("bare") != self.count:
            raise AssertionError("the worker has begun too early")
        start = time.time()
        self.ask("consume")
        wait_until(self._no_task_left, 120, "tasks were left")
        return time.time() - start

    def latency(self) -> float:
        """Seconds from the commit of one message to the vendor's socket."""
        self.arrivals()
        committed, _ = self.ask("one", 1)
        arrivals: dict[str, list[float]] = {}
        while not arrivals:
            arrivals = self.arrivals()
        [[arrived]] = arrivals.values()
        return arrived - committed

    def arrivals(self) -> dict[str, list[float]]:
        """What has reached the vendor since the last question."""
        self._say(self.vendor, "")
        return dict(json.loads(self._line(self.vendor)))

    def ask(self, name: str, *arguments: object) -> tuple[float, Any]:
        """Have the portal do something; when it was done, and its answer."""
        self._say(self.portal, json.dumps([name, *arguments]))
        done, value = json.loads(self._line(self.portal))
        return float(done), value

    def close(self) -> None:
        """End the two processes."""
        for process in (self.portal, self.vendor):
            if process.stdin:
                process.stdin.close()
            process.wait()

    def _no_task_left(self) -> bool:
        return self.broker.llen("bare") == 0 and self.broker.hlen("unacked") == 0

    def _spawn(self, command: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.site.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def _say(process: "subprocess.Popen[str]", line: str) -> None:
        if process.stdin is None:
            raise RuntimeError("no standard input")
        process.stdin.write(f"{line}\n")
        process.stdin.flush()

    @staticmethod
    def _line(process: "subprocess.Popen[str]") -> str:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError("a process of the benchmark has ended")
        return line


def main() -> int:
    """Print rates, ratio and latency; 1 when a goal was missed."""
    count = sizes(CODES, "codes").parse_args().rows
    with running() as site:
        bench = Bench(site, count)
        try:
            tell(f"{count:,} codes; PostgreSQL and Valkey embedded, worker with 2 processes")
            fast = compare(
                Side("codes to the provider's socket", bench.codes),
                Side("bare Celery tasks", bench.tasks),
                amount=count,
                goal=GOAL,
            )
            waits = [bench.latency() for _ in range(LATENCIES)]
        finally:
            bench.close()
    p99 = percentile(waits, 0.99)
    tell(
        f"idle, commit to socket: median {percentile(waits, 0.5) * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms, goal under {LATENCY_GOAL * 1000:.0f} ms: "
        f"{'met' if p99 < LATENCY_GOAL else 'NOT met'}"
    )
    return int(fast is False or p99 >= LATENCY_GOAL)


if __name__ == "__main__":
    exit_with(main)
