"""A person at a browser, and what reaches their phone and mailbox."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Download, expect
from playwright.sync_api import Page as Tab

from tests.outbox import Outbox
from tests.people import PASSWORD


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

    def agree(self) -> None:
        """Tick the box below the privacy notice."""
        self.tab.locator("main [name=consent]").check()

    def sees(self, heading: str) -> None:
        expect(self.tab.get_by_role("heading", level=1)).to_have_text(heading)

    def reads(self, text: str) -> None:
        expect(self.tab.get_by_role("main")).to_contain_text(text)

    def code(self, address: str = "") -> str:
        """The newest six digits sent to ``address``, a mailbox or a phone; to any phone if ""."""
        letters = self.outbox.emails() if "@" in address else self.outbox.texts()
        text = "\n".join(letter.text for letter in letters if letter.to.endswith(address))
        codes: list[str] = re.findall(r"校验码\D*(\d{6})", text)
        return codes[-1]


def take_file(tab: Tab, press: Callable[[], None]) -> Download:
    """The file behind ``press``, which may ask for the password and for a reason first."""
    with tab.expect_download() as download:
        press()
        if tab.locator("main [name=password]").count():
            tab.locator("main [name=password]").fill(PASSWORD)
            tab.locator("main form button[type=submit]").first.click()
        if tab.locator("main [name=words]").count():
            tab.locator("main [name=reason][value=other]").check()
            tab.locator("main [name=words]").fill("核对名册")
            tab.locator("main form button[type=submit]").first.click()
    return download.value
