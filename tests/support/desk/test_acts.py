"""What staff do with reports, one or many at once, and where that leads them."""

import pytest
from django.urls import reverse

from accounts.models import Notice, RoleGrant, User
from accounts.roles import Role
from support.models import Report
from support.reports.desk import views
from tests.people import make_account
from tests.support.conftest import WORDS, Enter
from tests.support.desk.lists import QUEUE, Many, act, text_of

pytestmark = pytest.mark.django_db


def test_a_whole_group_is_answered_by_one_tick(many: Many, counselor: User, enter: Enter) -> None:
    reports = many(3)
    group = f"name:{reports[0].school_class_id}"
    assert "已答复 3 条" in act(enter(counselor), act="answer", words="已统一更正", groups=[group])
    assert set(Report.objects.values_list("state", flat=True)) == {"answered"}


@pytest.mark.parametrize("page", ["", "?page=2", "?page=3"])
def test_a_group_that_goes_on_over_pages_says_how_many_its_tick_means(
    many: Many, counselor: User, enter: Enter, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    reports = many(5)
    staff = enter(counselor)
    shown = staff.get(QUEUE + page).content.decode()
    assert "选整组（5）" in shown
    group = f"name:{reports[0].school_class_id}"
    assert "已答复 5 条" in act(staff, QUEUE + page, act="answer", words="好", groups=[group])


def test_a_class_is_handed_on_in_one_click_and_stays_in_sight_until_it_is_settled(
    many: Many, counselor: User, school_registrar: User, enter: Enter
) -> None:
    reports = many(3)
    staff, desk = enter(counselor), enter(school_registrar)
    assert "全部转交（3）" in text_of(staff)
    page = reverse("support:hand_on_class", args=[reports[0].school_class_id])
    assert "已转交学籍管理员 3 条" in act(staff, page)
    assert "已办结 0 / 3" in staff.get(reverse("support:handed_on")).content.decode()
    mine = Notice.objects.filter(account=counselor, kind="batch_settled")
    act(desk, act="answer", words="好", reports=[one.key for one in reports[:2]])
    assert not mine.exists()
    act(desk, act="answer", words="好", reports=[reports[2].key])
    assert "已办结 3 / 3" in staff.get(reverse("support:handed_on")).content.decode()
    assert str(reports[0].key) in staff.get(mine.get().path).content.decode()


def test_a_class_of_others_cannot_be_handed_on(report: Report, enter: Enter) -> None:
    other = make_account("y@example.org", roles=(Role.COUNSELOR,))
    page = reverse("support:hand_on_class", args=[report.school_class_id])
    assert enter(other).post(page).status_code == 404


def test_a_ready_answer_needs_no_words_of_ones_own(
    report: Report, counselor: User, enter: Enter
) -> None:
    ready = "学籍已更正，请再核对一次。"
    staff = enter(counselor)
    assert ready in text_of(staff)
    act(staff, act="answer", ready=ready, reports=[report.key])
    assert report.entries.order_by("-pk")[0].words == ready


def test_an_error_stays_where_it_was_made_with_the_choice_kept(
    report: Report, counselor: User, enter: Enter
) -> None:
    staff = enter(counselor)
    page = act(staff, act="answer", reports=[report.key])
    assert "请写下要让学生看到的话" in page
    assert "checked" in page
    own = reverse("support:queue_report", args=[report.key])
    answer = staff.post(own, {"act": "answer", "words": ""})
    text = answer.content.decode()
    assert "请写下要让学生看到的话" in text
    assert WORDS in text  # still the page of this report
    too_long = "长" * 2001
    assert too_long in staff.post(own, {"act": "answer", "words": too_long}).content.decode()


def test_after_an_answer_comes_the_next_report(many: Many, counselor: User, enter: Enter) -> None:
    first, second = many(2)
    staff = enter(counselor)
    own = reverse("support:queue_report", args=[first.key])
    answer = staff.post(own, {"act": "answer", "words": "好"})
    assert answer.headers["Location"] == reverse("support:queue_report", args=[second.key])
    last = staff.post(answer.headers["Location"], {"act": "answer", "words": "好"})
    assert last.headers["Location"] == reverse("today")


def test_who_passes_a_class_on_again_is_told_that_nothing_waits_there(
    many: Many, counselor: User, enter: Enter
) -> None:
    school_class = many(2)[0].school_class
    assert school_class is not None
    page, staff = reverse("support:hand_on_class", args=[school_class.pk]), enter(counselor)
    assert "已转交" in staff.post(page, follow=True).content.decode()
    again = staff.post(page, follow=True).content.decode()
    assert "已不再等待处理" in again


def test_a_counselor_dismissed_meanwhile_is_told_and_keeps_the_answer(
    counselor: User, report: Report, enter: Enter
) -> None:
    staff = enter(counselor)
    own = reverse("support:queue_report", args=[report.key])
    assert staff.get(own).status_code == 200
    RoleGrant.objects.filter(user=counselor).delete()
    given = {"act": "answer", "words": "请带<b>户口簿</b>来", "password": "not-shown-again"}
    answer = staff.post(own, given)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "请带&lt;b&gt;户口簿&lt;/b&gt;来" in page
    assert "这一步已无法完成" in page
    assert "not-shown-again" not in page
    report.refresh_from_db()
    assert report.state == "open"
