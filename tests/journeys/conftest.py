"""A Chromium that every browser test shares, and a hand to sign people in."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

# Playwright's synchronous interface runs an event loop; the tests are still one thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The Chromium of this machine; as root it runs without its sandbox."""
    names = (os.environ["CHROMIUM"],) if "CHROMIUM" in os.environ else NAMES
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail("Browser tests need Chromium: run `make test-tools`, or set CHROMIUM.")
    return {"executable_path": path, "args": ["--no-sandbox"] if os.getuid() == 0 else []}


@pytest.fixture
def open_context(browser: Browser, live_server: LiveServer) -> Iterator[NewContext]:
    """Open a browser context of one's own: phone size, Chinese, nothing moving.

    ``user`` signs a person in without the sign-in form; ``language`` is chosen as
    by the switch of each page; other arguments are Playwright's
    (``java_script_enabled``, ``viewport`` …).
    """
    opened: list[BrowserContext] = []

    def open_one(
        user: User | None = None, language: str = "", **arguments: object
    ) -> BrowserContext:
        settled = {
            "base_url": live_server.url,
            "locale": "zh-CN",
            "reduced_motion": "reduce",
            "viewport": {"width": 375, "height": 812},
        }
        context = browser.new_context(**(settled | arguments))  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        opened.append(context)
        if language:
            chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language}
            context.add_cookies([{**chosen, "url": live_server.url}])  # type: ignore[typeddict-item]
        if user is not None:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            value = client.cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return context

    yield open_one
    for context in opened:
        context.close()
