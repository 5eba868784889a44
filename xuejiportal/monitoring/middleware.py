"""Middleware that counts requests, their time and their database statements."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from xuejiportal.monitoring import metrics


class MetricsMiddleware:
    """Counts by the name of the page: addresses hold keys and codes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        metrics.connect()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start, counted = time.perf_counter(), _Statements()
        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        match = request.resolver_match
        page = (match.view_name if match else "") or "none"
        method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
        requests, seconds, queries = metrics.counters(method, page, response.status_code)
        requests.inc()
        seconds.observe(time.perf_counter() - start)
        queries.inc(counted.number)
        return response


class _Statements:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.number += 1
        return execute(*arguments)
