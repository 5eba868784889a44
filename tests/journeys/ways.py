"""The ways a journey is walked: sizes and languages, and the portal's words in each."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from accounts.models import User


@dataclass(frozen=True)
class Way:
    """A size of screen and a language."""

    language: str
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.language}-{self.width}"

    def says(self, text: str | Promise, context: str = "") -> str:
        """A text of the portal in this language, up to the first thing filled in."""
        with override(self.language):
            msgid = str(text)  # a text that waits for its language has it now
            found = pgettext(context, msgid) if context else gettext(msgid)
        return found.split("%(")[0].strip()

    def open(self, open_context: Callable[..., BrowserContext], user: User | None = None) -> Tab:
        """A page at this size in this language, with ``user`` signed in."""
        size = {"width": self.width, "height": self.height}
        return open_context(user, language=self.language, viewport=size).new_page()


PHONE, DESK = (375, 812), (1280, 800)
# The same for Playwright, where a journey is walked in Chinese alone.
SIZES = {
    name: {"width": width, "height": height}
    for name, (width, height) in {"phone": PHONE, "desktop": DESK}.items()
}
# Each size and each language once; a journey of much script and layout walks all four.
BOTH = (Way("zh-hans", *PHONE), Way("en", *DESK))
ALL = (*BOTH, Way("en", *PHONE), Way("zh-hans", *DESK))
