"""Every page that is checked for access, overflow and script policy: add yours here.

``who`` is the name of a fixture that gives the user who opens the page, or
None for a visitor. ``needs`` is the name of a fixture that makes what the page
shows; ``path`` gets its value and returns the address. ``act`` brings the open
page into the state that is meant, for example a form with errors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
