"""A freshman's first hour: from the front page to 注册学籍, in a real browser.

The link in the e-mail is opened on another device, which is the longest way.
"""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from pypdf import PdfReader

from enrollment.models import StudentRecord
from tests.journeys.conftest import NewContext
from tests.outbox import Outbox
from tests.people import PASSWORD, sample_number

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Walker:
    """Counts what the student goes through; keeps a picture of every screen."""

    def __init__(self, tab: Tab, pictures: Path) -> None:
        self.tab = tab
        self.pictures = pictures
        self.screens: list[str] = []
        self.typed = 0

    def arrive(self, heading: str) -> None:
        """The next screen is there."""
        expect(self.tab.get_by_role("heading", level=1)).to_have_text(heading)
        self.screens.append(heading)
        name = f"{len(self.screens):02}-{heading}.png"
        self.tab.screenshot(path=self.pictures / name, full_page=True)

    def type(self, label: str, text: str) -> None:
        """Fill in one field."""
        self.tab.get_by_label(label, exact=True).fill(text)
        self.typed += 1

    def press(self, name: str) -> None:
        """Press a button or follow a link of the page."""
        main = self.tab.get_by_role("main")
        button = main.get_by_role("button", name=name, exact=True)
        button.or_(main.get_by_role("link", name=name, exact=True)).first.click()


@pytest.mark.parametrize("size", [(375, 812), (1280, 800)], ids=["phone", "desktop"])
def test_from_the_front_page_to_the_record(
    size: tuple[int, int],
    open_context: NewContext,
    outbox: Outbox,
    li_record: StudentRecord,
    tmp_path: Path,
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    # An address of its own: mail is limited per address, and test runs share the counters.
    address = f"{uuid4().hex}@example.org"
    tab = open_context(viewport=viewport).new_page()
    walker = Walker(tab, tmp_path)

    tab.goto("/")
    walker.arrive("你的学籍，亲自核对")
    walker.press("邮箱注册")
    walker.arrive("注册")
    walker.type("邮箱", address)
    walker.type("密码", PASSWORD)
    walker.tab.locator("main [name=consent]").check()
    walker.press("立即注册")
    walker.arrive("激活账号")

    [letter] = outbox.emails()
    assert letter.to == address
    link = re.search(r"https?://\S+", letter.text)
    assert link
    phone = open_context(viewport=viewport).new_page()
    phone.goto(re.sub(r"https?://[^/]+", "", link.group()))
    walker.tab = phone
    walker.arrive("激活账号")  # in another browser: the password of the sign-up shows whose it is
    walker.type("注册时设置的密码", PASSWORD)
    walker.press("用此密码激活")

    walker.arrive("基本信息")
    walker.type("姓名", "李晓雨")
    walker.type("证件号码", sample_number(12).lower())
    walker.type("考生号或学号", li_record.candidate_number)
    phone.locator("main [name=consent]").check()
    walker.press("下一步")
    walker.arrive("核对填写内容")
    walker.press("确定")
    walker.arrive("学籍信息（图像校对）")
    expect(phone.locator(".seal").first).to_have_text("注册学籍")
    expect(phone.get_by_role("main")).to_contain_text("明德示范大学")

    assert len(walker.screens) <= 7, walker.screens  # the home page counted
    assert walker.typed <= 6  # the password again, in the other browser
    li_record.refresh_from_db()
    assert li_record.holder is not None
    assert li_record.holder.email == address


def test_from_the_front_page_to_the_record_by_phone(
    open_context: NewContext, outbox: Outbox, li_record: StudentRecord, tmp_path: Path
) -> None:
    tab = open_context().new_page()
    walker = Walker(tab, tmp_path)
    number = f"1381{uuid4().int % 10**7:07}"
    tab.goto("/")
    walker.arrive("你的学籍，亲自核对")
    walker.press("手机号注册")
    walker.arrive("注册")
    walker.type("手机号", number)
    walker.type("密码", PASSWORD)
    tab.locator("main [name=consent]").check()
    walker.press("立即注册")
    walker.arrive("填写校验码")
    expect(tab.get_by_role("main")).to_contain_text(f"{number[:3]} {number[3:7]} {number[7:]}")
    [code] = re.findall(r"校验码\D*(\d{6})", outbox.texts()[-1].text)
    walker.type("校验码", code)
    walker.press("确定")
    walker.arrive("基本信息")
    walker.type("姓名", "李晓雨")
    walker.type("证件号码", sample_number(12))
    walker.type("考生号或学号", li_record.candidate_number)
    tab.locator("main [name=consent]").check()
    walker.press("下一步")
    walker.arrive("核对填写内容")
    walker.press("确定")
    walker.arrive("学籍信息（图像校对）")
    assert len(walker.screens) <= 6, walker.screens  # the home page counted
    assert walker.typed <= 6


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_record_prints_on_one_clean_page(
    language: str, open_context: NewContext, wang_record: StudentRecord, tmp_path: Path
) -> None:
    context = open_context(wang_record.holder, language=language)
    tab = context.new_page()
    tab.goto("/status/")
    paper = tmp_path / "record.pdf"
    tab.pdf(path=paper, prefer_css_page_size=True, print_background=True)
    pages = PdfReader(paper).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert "注册学籍" in re.sub(r"\s", "", text)
    assert sample_number(31) not in text
