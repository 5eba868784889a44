"""The registrar's browser: pages looked at, files sent, publications."""

from pathlib import Path

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from enrollment.imports import tasks as imports_tasks
from enrollment.models import ImportBatch
from tests.people import PASSWORD


class Desk:
    """The registrar's browser; ``look`` keeps a picture of every page."""

    def __init__(self, tab: Tab, pictures: Path) -> None:
        self.tab, self.pictures, self.seen = tab, pictures, 0

    def look(self, text: str) -> None:
        """The page says this."""
        expect(self.tab.get_by_role("main")).to_contain_text(text)
        self.seen += 1
        self.tab.screenshot(path=self.pictures / f"{self.seen:02}.png", full_page=True)

    def press(self, name: str) -> None:
        """Press a button or follow a link of the page."""
        main = self.tab.get_by_role("main")
        button = main.get_by_role("button", name=name, exact=True)
        button.or_(main.get_by_role("link", name=name, exact=True)).first.click()

    def upload(self, path: Path, button: str = "上传并检查") -> None:
        """Choose a file and send it; the page waits for the worker and then goes on."""
        self.tab.locator("input[type=file]").set_input_files(path)
        self.press(button)
        expect(self.tab.locator("[data-live]")).to_be_visible()
        imports_tasks.rehearse_upload(ImportBatch.objects.latest("pk").pk)
        expect(self.tab.locator("[data-live]")).to_have_count(0)

    def confirm_password(self) -> None:
        """Give the password where the page asks for it."""
        if self.tab.locator("[name=password]").count():
            self.tab.locator("[name=password]").fill(PASSWORD)
            self.tab.locator("main form button[type=submit]").first.click()

    def publish(self) -> None:
        """Look once more, and publish."""
        self.press("去发布")
        self.confirm_password()
        self.look("发布这个文件")
        self.press("发布")
        expect(self.tab.locator("[data-live] progress")).to_be_visible()
        imports_tasks.publish_upload(ImportBatch.objects.latest("pk").pk)
        self.look("发布回执")
