"""An error page shows the number under which the log holds the error."""

import json
import logging
import re

import pytest
from django.test import Client
from pytest_django import Settings

from xuejiportal.logs.formatters import JsonFormatter, RequestFilter
from xuejiportal.logs.request_id import request_id

pytestmark = pytest.mark.urls("tests.portal.requests.failing_pages")
PROXYS = "0123456789abcdef0123456789abcdef"


class Entries(logging.Handler):
    """Keeps what a log file would hold."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.addFilter(RequestFilter())
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def entries() -> "list[str]":
    handler = Entries()
    logging.getLogger("django.request").addHandler(handler)
    return handler.lines


def test_the_number_on_the_page_is_in_the_log(entries: list[str]) -> None:
    page = Client(raise_request_exception=False).get("/broken/").content.decode()
    [number] = re.findall(r"[0-9a-f]{16}(?=<)", page)
    [entry] = [json.loads(line) for line in entries if number in line]
    assert entry["level"] == "ERROR"
    assert "ValueError: [number] must never be seen" in entry["message"]
    assert request_id() == ""


@pytest.mark.parametrize(
    ("proxies", "given", "is_kept"), [(1, PROXYS, True), (0, PROXYS, False), (1, "<b>", False)]
)
def test_the_number_of_our_own_proxy_is_kept_and_no_other(
    settings: Settings, proxies: int, given: str, is_kept: bool
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    client = Client(raise_request_exception=False, headers={"x-request-id": given})
    assert (given in client.get("/broken/").content.decode()) is is_kept
