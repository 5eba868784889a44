"""Each error answers in the portal's clothes, with a way on, whatever is broken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from xuejiportal.logs.formatters import DatabaseAwayFilter, RedactingFormatter

pytestmark = pytest.mark.urls("tests.portal.requests.failing_pages")


def _too_large(client: Client) -> Any:
    client.get(reverse("account_login"))  # brings the cookie against forged forms
    return client.post(
        reverse("account_login"),
        b"login=" + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        content_type="application/x-www-form-urlencoded",
    )


CASES: dict[str, tuple[int, str, Callable[[Client], Any]]] = {
    "damaged": (400, "无法识别这个请求", lambda client: client.get("/", {"page": "\0"})),
    "forbidden": (403, "没有权限打开这个页面", lambda client: client.get("/forbidden/")),
    "absent": (404, "没有这个页面", lambda client: client.get("/nothing-here/")),
    "another method": (405, "不能这样打开这个地址", lambda client: client.options("/")),
    "too large": (413, "内容太大了", _too_large),
    "too many": (429, "操作太频繁了", lambda client: client.get("/too-many/")),
    "broken": (500, "系统出错了", lambda client: client.get("/broken/")),
    "no files": (503, "暂时取不到文件", lambda client: client.get("/out-of-reach/")),
    "no database": (
        503,
        "门户暂时无法打开",
        lambda client: client.get("/without-database/"),
    ),
    "a lock": (500, "系统出错了", lambda client: client.get("/locked/")),
    "form too old": (403, "页面已过期", lambda client: client.post(reverse("account_login"))),
}


@pytest.mark.parametrize("case", CASES)
def test_an_error_is_told_plainly_with_a_way_on(case: str) -> None:
    status, title, request = CASES[case]
    answer = request(Client(enforce_csrf_checks=True, raise_request_exception=False))
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert "css/foundation.css" in page
    assert 'href="/"' in page
    assert f'href="{reverse("help")}"' in page
    assert "110101199003070097" not in page


def test_the_page_of_a_broken_portal_needs_no_database() -> None:
    """A session cookie sends the portal to the database, which this test forbids."""
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    answer = client.get("/forbidden/")
    assert answer.status_code == 500
    assert "<h1>系统出错了</h1>" in answer.content.decode()


def test_without_a_database_browsers_are_told_when_to_come_back_and_the_log_has_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.addFilter(DatabaseAwayFilter())
    answer = Client(raise_request_exception=False).get("/without-database/")
    assert answer.headers["Retry-After"] == "30"
    caplog.handler.setFormatter(RedactingFormatter("%(message)s"))
    [record] = caplog.records
    entry = caplog.handler.format(record)
    assert entry.splitlines() == [entry]
    assert "the database does not answer: OperationalError" in entry


@pytest.mark.parametrize("address", ["/broken/", "/without-database/"])
def test_a_portal_without_its_static_files_still_says_what_happened(
    settings: Settings, tmp_path: Path, address: str
) -> None:
    """The page of the error, too, would ask for a style sheet that is not in the manifest."""
    settings.STATIC_ROOT = tmp_path
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": manifest}}
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == (500 if address == "/broken/" else 503)
    assert "<h1>系统出错了</h1>" in answer.content.decode()


def test_an_error_speaks_english_to_those_who_chose_it() -> None:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    assert "Something went wrong on our side" in client.get("/broken/").content.decode()


@pytest.mark.parametrize(
    ("language", "title"),
    [("zh-hans", "不能这样打开这个地址"), ("en", "This address cannot be opened in this way")],
)
def test_a_wrong_method_is_told_in_the_readers_language(language: str, title: str) -> None:
    answer = Client(headers={"accept-language": language}).post(reverse("home"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert f"<h1>{title}</h1>" in answer.content.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_program_gets_its_own_405() -> None:
    answer = Client().get(reverse("import_api:receive"))
    assert answer.status_code == 405
    assert "<html" not in answer.content.decode()
