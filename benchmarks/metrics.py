"""What counting for Prometheus adds to a request, in processor time of the web process.

``make bench-metrics`` asks record, home and sign-in page 5,000 times each with metrics and as
often without, in turns; ``ARGS="--rows 1000"`` another number. Wall time would tell what other
work the machine does; processor time of this one process still varies by some percent from
request to request, so the mean of the pairs' differences is told with twice its standard error.
Pairs in which either side took more than twice its median (a collection, a neighbour that
emptied the caches) are left out on both sides.
"""

import gc
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from math import sqrt
from random import Random

from benchmarks.tools.harness import exit_with, own_portal, sizes, tell

REQUESTS = 5000
GOAL = 0.01
PAGES = {"record page": "/status/", "home page": "/", "sign-in page": "/account/login/"}
METRICS = "xuejiportal.monitoring.middleware.MetricsMiddleware"


def main() -> int:
    """Run it; 0 when counting is shown to add less than the goal to all pages together."""
    requests = sizes(REQUESTS, "requests of each page and side").parse_args().rows
    os.environ["METRICS_TOKEN"] = "made-up"
    with own_portal():
        return 0 if _measure(requests) else 1


def _measure(requests: int) -> bool:
    # Models and views can be imported only once Django is set up.
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.test import Client, override_settings
    from django.utils import timezone

    from benchmarks.status_page import ask
    from tests.people import make_account, make_record, sample_number

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("compile_messages", verbosity=0)
    account = make_account("bench@example.org")
    make_record(name="王明", number=sample_number(31), holder=account, claimed_at=timezone.now())
    client = Client(headers={"host": "localhost"})
    client.force_login(account)
    cookies = {"/status/": f"session={client.cookies['session'].value}"}
    counted = get_wsgi_application()
    with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if name != METRICS]):
        plain = get_wsgi_application()
    added, all_costs = [], []
    for name, path in PAGES.items():
        cookie = cookies.get(path, "")
        with_it, without = (partial(ask, one, path, cookie) for one in (counted, plain))
        pairs = _pairs(with_it, without, requests)
        _tell(name, pairs)
        added += [(one - other) for one, other in pairs]
        all_costs += [other for _one, other in pairs]
    connection.close()
    share, error = _share(added, all_costs)
    tell(f"all: {share:+.2%} ± {error:.2%}, goal under {GOAL:.0%}")
    return share + error < GOAL


def _pairs(
    counted: Callable[[], object], plain: Callable[[], object], requests: int
) -> list[tuple[float, float]]:
    """Milliseconds of both sides, in turns; which is first is drawn.

    In a fixed order a collection of garbage, which comes every so many objects, would fall on
    one side more often than on the other; what lives as long as the process is left out of it.
    """
    for _ in range(100):
        counted()
        plain()
    gc.collect()
    gc.freeze()
    drawn = Random(1)
    pairs = []
    for _ in range(requests):
        if drawn.random() < 1 / 2:
            one, other = _cost(counted), _cost(plain)
        else:
            other, one = _cost(plain), _cost(counted)
        pairs.append((one, other))
    most = [2 * statistics.median(side) for side in zip(*pairs, strict=True)]
    return [pair for pair in pairs if pair[0] < most[0] and pair[1] < most[1]]


def _cost(ask: Callable[[], object]) -> float:
    start = time.process_time_ns()
    ask()
    return (time.process_time_ns() - start) / 1e6


def _tell(name: str, pairs: list[tuple[float, float]]) -> None:
    share, error = _share([a - b for a, b in pairs], [b for _a, b in pairs])
    middle = [statistics.median(side) for side in zip(*pairs, strict=True)]
    tell(
        f"{name}: {middle[0]:.3f} ms with, {middle[1]:.3f} ms without (medians);"
        f" {share:+.2%} ± {error:.2%} of {len(pairs)} pairs"
    )


def _share(added: list[float], plain: list[float]) -> tuple[float, float]:
    """The mean difference as a share of the plain side, and twice its standard error."""
    base = statistics.fmean(plain)
    error = 2 * statistics.stdev(added) / sqrt(len(added))
    return statistics.fmean(added) / base, error / base


if __name__ == "__main__":
    exit_with(main)
