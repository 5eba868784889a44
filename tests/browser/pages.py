"""Every page that is checked for access, overflow and script policy: add yours here.

``who`` is the name of a fixture that gives the user who opens the page, or
None for a visitor. ``needs`` is the name of a fixture that makes what the page
shows; ``path`` gets its value and returns the address. ``act`` brings the open
page into the state that is meant, for example a form with errors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page as Tab


@dataclass(frozen=True)
class Page:
    """One page in one state."""

    name: str
    path: str | Callable[[Any], str]
    who: str | None = None
    needs: str | None = None
    act: Callable[[Tab], object] | None = None

    def __str__(self) -> str:
        return self.name


def send_empty(tab: Tab) -> None:
    """Send the form of the page with nothing in it, past the browser's own checks."""
    tab.locator("main form").first.evaluate(
        "form => { form.noValidate = true; form.requestSubmit(); }"
    )
    tab.locator("[data-error-summary]").wait_for()


PAGES = [
    Page("home", reverse("home")),
    Page("help", reverse("help")),
    Page("offline", reverse("offline")),
    Page("no such page", "/there-is-no-such-page/"),
    Page("damaged address", "/%ff"),
    Page("sign in", reverse("account_login")),
    Page("sign in, errors", reverse("account_login"), act=send_empty),
    Page("register", reverse("account_signup")),
    Page("register, errors", reverse("account_signup"), act=send_empty),
    Page("reset password", reverse("account_reset_password")),
]
