"""An answer and a report one can trust: confirmed, stale, issued, checked, revoked.

And a shared computer: after signing out the Back button shows nothing (T10).
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import FilePayload, expect
from playwright.sync_api import Page as Tab

from accounts.models import User
from accounts.roles import Role
from audit.services import record_action
from enrollment.confirmations.services import answer_record
from enrollment.models import (
    ClassCounselor,
    FieldChange,
    Photo,
    PhotoKind,
    StatusReport,
    StudentRecord,
)
from enrollment.status_reports.tasks import print_status_report
from tests.journeys import ways
from tests.journeys.conftest import NewContext
from tests.journeys.pages.acts import show_it_is_you
from tests.people import PASSWORD, make_account, sample_number

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=ways.BOTH, ids=str)
def way(request: pytest.FixtureRequest) -> ways.Way:
    """On a phone in Chinese, on a desk in English."""
    way: ways.Way = request.param
    return way


@pytest.fixture
def tab(open_context: NewContext, wang: User, wang_record: StudentRecord) -> Tab:
    """王明's phone, signed in, at the record."""
    return at_the_record(ways.BOTH[0].open(open_context, wang))


def at_the_record(tab: Tab) -> Tab:
    """The page of one's own record."""
    tab.goto(reverse("enrollment:status"))
    return tab


def button(tab: Tab, name: str) -> None:
    """Press a button of the page."""
    tab.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def reads(tab: Tab, text: str) -> None:
    """Wait until the page says ``text``."""
    expect(tab.get_by_role("main")).to_contain_text(text)


def test_confirm_and_anyone_checks_the_receipt(
    way: ways.Way, open_context: NewContext, wang: User, wang_record: StudentRecord
) -> None:
    tab = at_the_record(way.open(open_context, wang))
    button(tab, way.says("All correct"))
    expect(tab.get_by_role("heading", level=1)).to_have_text(way.says("Receipt of your check"))
    code = tab.locator("dd.num").last.inner_text()
    checker = way.open(open_context)
    checker.goto(reverse("enrollment:check_receipt"))
    checker.locator("[name=code]").fill(code.lower())
    button(checker, way.says("Check", "receipt"))
    reads(checker, way.says("Genuine and up to date"))
    expect(checker.get_by_text("王明")).to_have_count(0)


def test_a_wrong_photo_is_explained_before_it_is_reported(
    way: ways.Way, open_context: NewContext, wang: User, wang_record: StudentRecord
) -> None:
    Photo.objects.create(
        record=wang_record, kind=PhotoKind.GRADUATION, stored_as="x", thumbnail_stored_as="x",
        width=480, height=640,
    )  # fmt: skip
    tab = at_the_record(way.open(open_context, wang))
    expect(tab.get_by_text(way.says("No checking needed"), exact=True)).to_be_visible()
    button(tab, f"{way.says('Wrong', 'photo')} {way.says('Graduation photo')}")
    expect(tab.get_by_role("heading", level=1)).to_have_text(way.says("The photo does not show me"))
    expect(tab.locator("main .prose")).not_to_be_empty()
    at_the_record(tab)
    reads(tab, way.says("You said: this is not you"))


def test_a_report_lacking_something_is_refused_by_the_page_unless_a_file_would_be_lost(
    tab: Tab, wang_record: StudentRecord
) -> None:
    tab.goto(reverse("support:report_write", args=["name"]))
    button(tab, "提交给学校")
    expect(tab.locator("[data-error-summary]")).to_contain_text("应该是")
    file: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    tab.set_input_files("[name=evidence]", file)
    button(tab, "提交给学校")
    chosen = tab.evaluate("document.querySelector('[name=evidence]').files.length")
    assert chosen == 1
    expect(tab.locator("[name=correct]")).to_be_focused()


def test_a_stale_answer_names_old_and_new(tab: Tab, wang: User, wang_record: StudentRecord) -> None:
    answer_record(record=wang_record, account=wang, asked=["birth_date"], wrong=[])
    StudentRecord.objects.filter(pk=wang_record.pk).update(version=2, birth_date=date(2007, 8, 16))
    FieldChange.objects.create(
        record=wang_record, field="birth_date", old="2007-08-15", new="2007-08-16", version=2
    )
    tab.reload()
    answer = tab.locator(".record__line")
    expect(answer).to_contain_text("请再核对一遍")
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
    way: ways.Way,
    open_context: NewContext,
    wang: User,
    wang_record: StudentRecord,
    tmp_path: Path,
) -> None:
    tab = at_the_record(way.open(open_context, wang))
    tab.get_by_role("link", name=way.says("Status report (optional)")).click()
    tab.locator("[name=purpose]").fill("实习申请")
    button(tab, way.says("Issue the report"))
    expect(tab.get_by_text(way.says("The report is being created and signed"))).to_be_visible()
    report = print_waiting()
    with tab.expect_download() as waiting:  # the page renews itself
        tab.get_by_role("link", name=way.says("Download the PDF")).click()
    file = tmp_path / "report.pdf"
    waiting.value.save_as(file)

    reader = way.open(open_context)
    reader.goto(reverse("enrollment:check_report_code", args=[report.code]))
    for verdict in (
        "Genuine",
        "Still valid, until %(until)s",
        "Nothing has changed since it was issued",
    ):
        reads(reader, way.says(verdict))
    check_signature(way, reader, file)
    reads(reader, way.says("The signature is valid and the file unchanged."))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    check_signature(way, reader, file)
    expect(reader.locator("main .notice--bad")).to_be_visible()

    tab.get_by_text(way.says("Revoke the report")).click()
    button(tab, way.says("Revoke"))
    reads(tab, way.says("Revoked: it is no longer valid."))
    reader.goto(reverse("enrollment:check_report_code", args=[report.code]))
    reads(reader, way.says("No longer valid: revoked on %(at)s"))


def check_signature(way: ways.Way, reader: Tab, file: Path) -> None:
    """Hand in a file and have its signature checked."""
    reader.locator("[name=file]").set_input_files(file)
    button(reader, way.says("Check the signature"))


def test_help_face_to_face_opens_the_record(
    way: ways.Way, open_context: NewContext, li: User, li_record: StudentRecord
) -> None:
    counselor = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert li_record.school_class is not None
    ClassCounselor.objects.create(user=counselor, school_class=li_record.school_class)
    student, desk = way.open(open_context, li), way.open(open_context, counselor)
    student.goto(reverse("verification:show_code"))
    button(student, way.says("Show the code"))
    code = student.locator(".big-code").inner_text()
    desk.goto(reverse("verification:assist", args=[li_record.key]))
    show_it_is_you(desk)
    desk.locator("[name=code]").fill(code.lower())
    desk.locator("[name=reason]").fill("考生号遗失")
    desk.locator("[name=seen]").check()
    button(desk, way.says("Open the record"))
    expect(desk.get_by_text(way.says("The student can see the record now."))).to_be_visible()
    at_the_record(student)
    reads(student, "李晓雨")


def test_who_has_looked_and_why(tab: Tab, registrar: User, wang_record: StudentRecord) -> None:
    record_action(
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
    tab.locator("[data-menu] > summary").last.click()
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


def test_the_items_and_the_decision_fit_one_screen_and_the_number_opens_beside_them(
    open_context: NewContext, wang: User, wang_record: StudentRecord
) -> None:
    tab = open_context(viewport={"width": 375, "height": 812}).new_page()
    tab.goto("/account/login/?next=/status/")
    tab.locator("main [name=login]").fill(str(wang.email))
    tab.locator("main [name=password]").fill(PASSWORD)
    tab.locator("main form button[type=submit]").first.click()
    check = tab.locator("#check")
    box = check.bounding_box()
    assert box
    assert box["height"] < 600
    check.get_by_role("link", name="显示完整号码").click()
    number = sample_number(31)
    expect(check).to_contain_text(f"{number[:6]} {number[6:14]} {number[14:]}")
    check.get_by_role("button", name="确认无误").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("学籍核对回执")
