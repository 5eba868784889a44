"""The status page against a bare view: in this process, over HTTP, and its latency.

``make bench-status_page``, or with another number of requests a round ``ARGS="--rows 100"``.
The page goes through everything a browser's request
goes through (all middleware, policy, session, account, languages, one record
with its parts); the bare view answers "ok" with no middleware at all. Over HTTP
both run in granian with two processes, asked by wrk on the same cores; then the
page is asked by the clock at half its peak, and the slowest hundredth is told.
"""

import statistics
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from benchmarks.tools.harness import Side, compare, exit_with, own_portal, percentile, sizes, tell
from benchmarks.tools.http import granian, open_loop, peak

REQUESTS = 400
GOAL = 1 / 25
HTTP_SECONDS = 4  # a round, of each side
LATENCY_GOAL = 0.040  # seconds, 99 of 100, at half the peak
LATENCY_SECONDS = 10
Application = Callable[..., Any]


def main() -> int:
    """Run it; 0 when the goal is met, 1 when not or inconclusive."""
    requests = sizes(REQUESTS, "requests a round").parse_args().rows
    with own_portal():
        return 0 if _measure(requests) else 1


def _measure(requests: int) -> bool:
    # Models and views can be imported only once Django is set up.
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext
    from django.utils.crypto import get_random_string

    from tests.people import make_account, make_record, sample_number

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("compile_messages", verbosity=0)
    account = make_account("bench@example.org")
    record = make_record(name="王明", number=sample_number(31), holder=account, claimed_at=_now())
    client = Client(headers={"host": "localhost"})
    client.force_login(account)
    session = client.cookies["session"].value
    cookie = f"session={session}; csrf={get_random_string(32)}"  # as a browser after one page
    page = get_wsgi_application()
    with override_settings(MIDDLEWARE=[]):
        bare = get_wsgi_application()

    def ask_page() -> bytes:
        return ask(page, "/status/", cookie)

    def ask_bare() -> bytes:
        return ask(bare, "/healthz", "")

    body = ask_page().decode()
    assert record.name in body
    assert "注册学籍" in body
    assert ask_bare() == b"ok"
    with CaptureQueriesContext(connection) as queries:
        ask_page()
    tell(f"status page: {len(body.encode()):,} bytes, {len(queries)} queries; {requests} a round")
    asks = {"status page": ask_page, "bare view": ask_bare}
    sides = [Side(name, _times(ask, requests)) for name, ask in asks.items()]
    met = compare(*sides, amount=requests, goal=GOAL)
    connection.close()
    over_http = _over_http(cookie)
    return bool(met and over_http)


def _over_http(cookie: str) -> bool:
    """Peak of both sides, then the page's latency at half its peak."""
    with (
        granian("xuejiportal.wsgi:application") as page,
        granian("benchmarks.tools.yardsticks.bare_view:application") as bare,
    ):
        rates: list[float] = []

        def ask_page() -> float:
            rates.append(peak(page, "/status/", cookie, HTTP_SECONDS))
            return REQUESTS / rates[-1]

        def ask_bare() -> float:
            return REQUESTS / peak(bare, "/healthz", "", HTTP_SECONDS)

        tell("over HTTP, granian with two processes")
        sides = [Side("status page", ask_page), Side("bare view", ask_bare)]
        met = compare(*sides, amount=REQUESTS, goal=None)
        rate = statistics.median(rates) / 2
        slow = percentile(open_loop(page, "/status/", cookie, rate, LATENCY_SECONDS), 0.99)
    quick = slow < LATENCY_GOAL
    verdict = "met" if quick else "NOT met"
    tell(f"open loop at {rate:,.0f}/s: p99 {slow * 1000:.1f} ms, goal under 40 ms: {verdict}")
    return bool(met and quick)


def _times(ask: Callable[[], bytes], requests: int) -> Callable[[], float]:
    def run() -> float:
        start = time.perf_counter()
        for _ in range(requests):
            ask()
        return time.perf_counter() - start

    return run


def ask(application: Application, path: str, cookie: str) -> bytes:
    """One GET as a server hands it over; the body of a 200."""
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "HTTP_COOKIE": cookie, "HTTP_ACCEPT_LANGUAGE": "zh-CN",
        "REMOTE_ADDR": "127.0.0.1", "wsgi.input": BytesIO(), "wsgi.url_scheme": "http",
    }  # fmt: skip
    answer = application(environ, lambda status, headers: told.append(status))
    body = b"".join(answer)
    answer.close()
    assert told == ["200 OK"], told
    return body


def _now() -> object:
    from django.utils import timezone

    return timezone.now()


if __name__ == "__main__":
    exit_with(main)
