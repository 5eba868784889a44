"""Somebody at a browser, and what reaches their phone and mailbox."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.outbox import Outbox


@dataclass(frozen=True)
class Hand:
    """Goes to pages, fills in their forms, reads them; Chinese pages."""

    tab: Tab
    outbox: Outbox

    def go(self, address: str) -> None:
        self.tab.goto(address)

    def fill(self, **fields: str) -> None:
        """Fill in fields by name and send the form."""
        for name, text in fields.items():
            self.tab.locator(f"main [name={name}]").fill(text)
        self.tab.locator("main .form__actions button").first.click()

    def sees(self, heading: str) -> None:
        expect(self.tab.get_by_role("heading", level=1)).to_have_text(heading)

    def reads(self, text: str) -> None:
        expect(self.tab.get_by_role("main")).to_contain_text(text)

    def code(self, address: str = "") -> str:
        """The newest six digits sent to ``address``: a mailbox, else a phone."""
        letters = self.outbox.emails() if "@" in address else self.outbox.texts()
        text = "\n".join(letter.text for letter in letters)
        codes: list[str] = re.findall(r"校验码\D*(\d{6})", text)
        return codes[-1]
