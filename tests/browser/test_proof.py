"""An answer and a report one can trust: confirmed, stale, issued, checked, revoked.

And a shared computer: after signing out the Back button shows nothing (T10).
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

import audit.services as trail
from accounts.models import User
from enrollment.confirming import answer_record
from enrollment.models import FieldChange, Photo, PhotoKind, StatusReport, StudentRecord
from enrollment.tasks import print_status_report
from tests.browser.conftest import NewContext

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(open_context: NewContext, wang: User, wang_record: StudentRecord) -> Tab:
    """王明's phone, signed in, at the record."""
    page = open_context(wang).new_page()
    page.goto("/status/")
    return page


def button(tab: Tab, name: str) -> None:
    """Press a button of the page."""
    tab.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_confirm_and_anyone_checks_the_receipt(tab: Tab, open_context: NewContext) -> None:
    button(tab, "确认无误")
    expect(tab.get_by_role("heading", level=1)).to_have_text("学籍核对回执")
    code = tab.locator("dd.num").last.inner_text()
    checker = open_context().new_page()
    checker.goto("/status/check/")
    checker.locator("[name=code]").fill(code.lower())
    button(checker, "核验")
    expect(checker.get_by_text("真实有效")).to_be_visible()
    expect(checker.get_by_text("王明")).to_have_count(0)


def test_a_wrong_photo_is_explained_before_it_is_reported(
    tab: Tab, wang_record: StudentRecord
) -> None:
    Photo.objects.create(
        record=wang_record, kind=PhotoKind.GRADUATION, stored_as="x", thumbnail_stored_as="x",
        width=480, height=640,
    )  # fmt: skip
    tab.reload()
    expect(tab.get_by_text("无需核对", exact=True)).to_be_visible()
    button(tab, "有误 学历照片")
    expect(tab.get_by_text("照片上的人不是你")).to_be_visible()
    tab.goto("/status/")
    expect(tab.get_by_text("你已反馈：不是你本人")).to_be_visible()


def test_a_stale_answer_names_old_and_new(tab: Tab, wang: User, wang_record: StudentRecord) -> None:
    answer_record(record=wang_record, account=wang, asked=["birth_date"], wrong=[])
    StudentRecord.objects.filter(pk=wang_record.pk).update(version=2, birth_date=date(2007, 8, 16))
    FieldChange.objects.create(
        record=wang_record, field="birth_date", old="2007-08-15", new="2007-08-16", version=2
    )
    tab.reload()
    answer = tab.locator("#answer")
    expect(answer).to_contain_text("请重新核对")
    expect(answer.locator("del")).to_have_text("2007年8月15日")
    expect(answer.locator("ins")).to_have_text("2007年8月16日")


def print_waiting() -> StatusReport:
    """What the worker does; signing runs an event loop, and this thread has the browser's."""

    def work() -> StatusReport:
        try:
            report = StatusReport.objects.latest("pk")
            print_status_report(report.pk)
            return StatusReport.objects.get(pk=report.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.mark.usefixtures("media")
def test_a_report_is_issued_checked_and_revoked(
    tab: Tab, open_context: NewContext, tmp_path: Path
) -> None:
    tab.get_by_role("link", name="学籍验证报告").click()
    tab.locator("[name=purpose]").fill("实习申请")
    button(tab, "出具报告")
    expect(tab.get_by_text("报告正在生成并签名")).to_be_visible()
    report = print_waiting()
    with tab.expect_download() as waiting:  # the page renews itself
        tab.get_by_role("link", name="下载 PDF").click()
    file = tmp_path / "report.pdf"
    waiting.value.save_as(file)

    reader = open_context().new_page()
    reader.goto(f"/status/report/{report.code}/")
    for verdict in ["真实", "仍然有效", "没有变更"]:
        expect(reader.get_by_role("main")).to_contain_text(verdict)
    reader.locator("[name=file]").set_input_files(file)
    button(reader, "检查签名")
    expect(reader.get_by_role("main")).to_contain_text("签名完整")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    reader.locator("[name=file]").set_input_files(file)
    button(reader, "检查签名")
    expect(reader.get_by_role("main")).to_contain_text("不真实")

    tab.get_by_text("撤销报告").click()
    button(tab, "撤销")
    expect(tab.get_by_role("main")).to_contain_text("已撤销")
    reader.goto(f"/status/report/{report.code}/")
    expect(reader.get_by_role("main")).to_contain_text("已失效")


def test_who_has_looked_and_why(tab: Tab, registrar: User, wang_record: StudentRecord) -> None:
    trail.record(
        action="enrollment.view_record", actor_id=registrar.pk, subject_type="record",
        subject_key=wang_record.key, reason="核对姓名用字",
    )  # fmt: skip
    tab.get_by_role("link", name="谁看过").click()
    expect(tab.get_by_role("main")).to_contain_text("核对姓名用字")
    expect(tab.get_by_role("main")).to_contain_text("学籍管理员")


def test_after_signing_out_nothing_is_left(tab: Tab, wang_record: StudentRecord) -> None:
    """T10: Back shows the sign-in page; the old cookie and odd addresses open nothing."""
    old = tab.context.cookies()
    tab.goto(f"/status/{wang_record.key}/")
    expect(tab.get_by_text("王明").first).to_be_visible()
    tab.locator("summary[aria-label]").first.click()
    tab.get_by_role("button", name="退出登录").click()
    tab.wait_for_url(re.compile("/account/logout/|/$"))
    if "/account/logout/" in tab.url:
        button(tab, "退出登录")
    for _ in range(2):
        tab.go_back()
        tab.wait_for_load_state()
        assert "王明" not in tab.content()
    tab.context.add_cookies(old)  # type: ignore[arg-type]
    for address in ["/status/", f"/status/{wang_record.key}/"]:
        tab.goto(address)
        expect(tab).to_have_url(re.compile("/account/login/"))
    answer = tab.goto(f"/status/{wang_record.key}/x.css")
    assert answer is not None
    assert answer.status in {404, 200}
    assert "王明" not in tab.content()
