"""All that a student has objected to is told in one form, and answered item by item."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.limits.rate_limits import try_consume
from accounts.limits.rules import DAY, RULES
from accounts.models import LimitHit, User
from enrollment.files.evidence import MAX_FILES, Evidence
from enrollment.models import Campaign, Confirmation, StudentRecord
from support.models import Cause, Report
from support.reports.desk import services as desk
from support.reports.services import Statement, open_report
from tests.enrollment.files.evidence_files import picture, upload
from tests.people import make_account, sample_number
from tests.support.conftest import Enter
from tests.support.objections import objected

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(wang: User, enter: Enter) -> Client:
    return enter(wang)


def test_two_wrong_items_are_one_form_and_a_report_each(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "name", "birth_date")
    receipt = browser.get(reverse("enrollment:receipt", args=[Confirmation.objects.get().key]))
    assert f'href="{form}"' in receipt.content.decode()
    page = browser.get(form).content.decode()
    assert "姓名应为" in page
    assert "出生日期应为" in page
    assert "性别应为" not in page
    given = {
        "correct_name": "王䶮",
        "correct_birth_date": "2007-08-16",
        "evidence": upload(picture()),
    }
    assert browser.post(form, given)["Location"] == reverse("support:reports")
    told = {report.cause: report.stated["correct"] for report in Report.objects.all()}
    assert told == {"name": "王䶮", "birth_date": "2007-08-16"}
    for report in Report.objects.all():  # the picture is with both
        page = browser.get(reverse("support:report", args=[report.key])).content.decode()
        assert f"/support/reports/{report.key}/evidence/" in page
    again = browser.post(form, given)
    assert again["Location"] == reverse("support:reports")
    assert Report.objects.count() == 2


def test_items_of_one_cause_are_one_report_that_names_each(
    browser: Client, wang_record: StudentRecord
) -> None:
    asked = ("name", "college", "level")
    form = objected(wang_record, "college", "level", asked=asked)
    given = {"correct_college": "软件学院", "correct_level": "硕士研究生", "words": "见录取通知书"}
    report_page = browser.post(form, given)["Location"]
    [report] = Report.objects.all()
    assert report_page == reverse("support:report", args=[report.key])
    [entry] = report.entries.all()
    assert entry.words.splitlines()[-1] == "见录取通知书"
    assert "软件学院" in entry.words
    assert "硕士研究生" in entry.words


def test_who_knows_the_right_value_of_one_item_reports_that_one(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "name", "gender")
    browser.post(form, {"correct_name": "王䶮"})
    [report] = Report.objects.all()
    assert (report.cause, report.stated["correct"]) == ("name", "王䶮")
    page = browser.get(form).content.decode()  # the other can still be told
    assert "性别应为" in page
    assert "姓名应为" not in page


def test_the_record_says_when_the_school_asks_back_and_when_it_has_answered(
    browser: Client, wang_record: StudentRecord, counselor: User
) -> None:
    browser.post(objected(wang_record, "name"), {"correct_name": "王䶮"})
    [report] = Report.objects.all()
    own_page = reverse("support:report", args=[report.key])
    record, home = reverse("enrollment:status"), reverse("home")

    def says(path: str) -> str:
        return browser.get(path).content.decode()

    assert "会答复你" in says(record)
    desk.ask_back(reports=Report.objects.all(), words="请拍户口簿", by=counselor)
    page = says(record)
    assert "会答复你" not in page
    assert "学校对此有疑问，等你回复" in page
    assert f'href="{own_page}"' in page
    assert "等你回复" in says(home)
    desk.answer_reports(reports=Report.objects.all(), words="户口簿上是王明", by=counselor)
    page = says(record)
    assert "学校已经答复" in page
    assert f'href="{own_page}"' in page
    assert "学校已答复" in says(home)


def test_the_record_waits_for_the_school_while_one_of_two_reports_is_open(
    browser: Client, wang_record: StudentRecord, counselor: User
) -> None:
    form = objected(wang_record, "name", "birth_date")
    browser.post(form, {"correct_name": "王䶮", "correct_birth_date": "2007-08-16"})
    desk.answer_reports(reports=Report.objects.filter(cause="name"), words="对", by=counselor)
    assert "会答复你" in browser.get(reverse("enrollment:status")).content.decode()


def test_a_form_without_any_value_says_so_at_the_first_box(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "name", "gender")
    page = browser.post(form, {"words": "都不对"}).content.decode()
    assert "请至少填写一项的正确内容" in page
    assert page.count('aria-invalid="true"') == 1
    assert "都不对" in page
    assert not Report.objects.exists()


def test_what_the_school_leaves_for_now_is_not_asked_for(
    browser: Client, wang_record: StudentRecord
) -> None:
    day = timezone.localdate()
    Campaign.objects.create(
        institution=wang_record.institution, name="核对", starts_on=day, ends_on=day,
        confirm_fields=["name"], ignore_fields=["major_name"],
    )  # fmt: skip
    asked = ("name", "major_name")
    form = objected(wang_record, "name", "major_name", asked=asked)
    page = browser.get(form).content.decode()
    assert "姓名应为" in page
    assert "专业名称应为" not in page
    browser.post(form, {"correct_name": "王䶮", "correct_major_name": "数学"})
    assert [report.cause for report in Report.objects.all()] == ["name"]
    assert "这一项可以暂时忽略" in browser.get(form, follow=True).content.decode()


def test_who_opens_one_of_the_reports_elsewhere_meanwhile_is_told_what_was_sent(
    browser: Client, wang: User, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "name", "birth_date")

    def on_another_page(instance: Report, **_: object) -> None:
        if instance.cause == Cause.NAME:
            full = Statement("早已说过", evidence=[Evidence("image/jpeg", b"x")] * MAX_FILES)
            open_report(account=wang, cause=Cause.BIRTH_DATE, statement=full, record=wang_record)

    given = {
        "correct_name": "王䶮",
        "correct_birth_date": "2007-08-16",
        "evidence": upload(picture()),
    }
    post_save.connect(on_another_page, sender=Report)
    try:
        answer = browser.post(form, given)
    finally:
        post_save.disconnect(on_another_page, sender=Report)
    page = browser.get(answer["Location"], follow=True).content.decode()
    assert "已发给学校：" in page
    assert "其余未能发出。最多上传 5 个文件" in page
    assert {report.cause for report in Report.objects.all()} == {"name", "birth_date"}


def test_who_has_sent_the_files_of_a_day_is_not_told_to_wait_an_hour(
    browser: Client, wang: User, wang_record: StudentRecord
) -> None:
    [of_a_day] = {rule.limit for rule in RULES["evidence"] if rule.window == DAY}
    for _ in range(of_a_day - 1):
        assert try_consume("evidence", f"account:{wang.pk}")
        LimitHit.objects.update(at=F("at") - timedelta(hours=1))
    given = {
        "correct_name": "王䶮",
        "correct_birth_date": "2007-08-16",
        "evidence": upload(picture()),
    }
    page = browser.post(objected(wang_record, "name", "birth_date"), given, follow=True)
    assert "请稍后再提交其余文件" in page.content.decode()
    assert Report.objects.count() == 1


def test_the_form_hides_the_middle_of_the_number(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "certificate_number", "name")
    page = browser.get(form).content.decode()
    assert sample_number(31) not in page
    assert sample_number(31)[-4:] in page


def test_on_english_pages_the_value_has_its_english_beside_it(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "level", asked=("name", "level"))
    assert 'lang="zh-Hans">本科</span>' in browser.get(form).content.decode()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = browser.get(form).content.decode()
    assert 'lang="zh-Hans">本科 <span lang="en">· Undergraduate' in page


def test_nobody_else_tells_what_is_right(wang_record: StudentRecord, enter: Enter) -> None:
    form = objected(wang_record, "name", "gender")
    assert enter(make_account("other@example.org")).get(form).status_code == 404
