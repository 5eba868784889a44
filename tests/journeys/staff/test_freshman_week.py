"""A freshman week: a class of 40, brought to 40 of 40 by its counselor and the registrar.

31 check without trouble, 5 never register, 4 have problems of three kinds: two
cannot prove who they are, one finds a wrong college, one a wrong name.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import User
from accounts.roles import Role
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import ClassCounselor, StudentRecord
from enrollment.records.services import claim_records
from support.board.rollup import fold_headcounts
from tests.journeys.conftest import NewContext
from tests.outbox import Outbox
from tests.people import PASSWORD, make_account, make_record, sample_number

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Where the pictures of each screen are kept, for people to look at.
PICTURES = os.environ.get("PICTURES", "")
# All clicks of counselor and registrar, pages of the menu and proofs by password included.
COUNSELOR_CLICKS, REGISTRAR_CLICKS = 9, 6  # together fewer than half of those who had no trouble
COLLEGE, NAME = "软件学院", "新生䶮"
DESK = {"width": 1280, "height": 800}


@dataclass
class Walker:
    """A person at a browser."""

    tab: Tab
    pictures: Path
    shots: int = 0
    clicks: int = 0

    def __post_init__(self) -> None:
        self.tab.expose_function("countClick", self._count)
        self.tab.add_init_script(
            # the key that sends a form presses its button too, which is a click without `detail`
            "addEventListener('click', (it) => it.isTrusted && it.detail && countClick(), true)"
        )

    def _count(self) -> None:
        self.clicks += 1

    def go(self, name: str, *arguments: object) -> None:
        """Choose a page of the menu, or a link of the page: one click."""
        self.clicks += 1
        self.tab.goto(reverse(name, args=arguments))
        self.look()

    def start(self) -> None:
        """Open the page on which one stands after signing in: no click."""
        self.tab.goto(reverse("today"))
        self.look()

    def click(self, selector: str) -> None:
        """The first of such links."""
        self.tab.locator(selector).first.click()
        self.tab.wait_for_load_state()
        self.look()

    def press(self, text: str) -> None:
        main = self.tab.get_by_role("main")
        button = main.get_by_role("button", name=text, exact=True)
        button.or_(main.get_by_role("link", name=text, exact=True)).first.click()
        self.tab.wait_for_load_state()
        if "reauthenticate" in self.tab.url:
            self.tab.locator("[name=password]").fill(PASSWORD)
            self.tab.locator("main form button[type=submit]").first.click()
            self.tab.wait_for_url(lambda url: "reauthenticate" not in url)
        self.look()

    def find(self, name: str) -> None:
        """Type a name where records are looked for, and the key that sends it."""
        self.tab.locator("main [name=words]").fill(name)
        self.tab.keyboard.press("Enter")
        self.tab.wait_for_load_state()
        self.look()

    def fill(self, label: str, text: str) -> None:
        self.tab.get_by_role("main").get_by_label(label).fill(text)

    def reads(self, text: str) -> None:
        expect(self.tab.get_by_role("main")).to_contain_text(text)

    def look(self) -> None:
        """Keep a picture of the screen."""
        self.shots += 1
        url = self.tab.url.split("/", 3)[3].strip("/").replace("/", "_")[:40]
        path = self.pictures / f"{self.shots:02}-{url}.png"
        self.tab.screenshot(path=path, full_page=True)


@pytest.fixture
def records(db: None) -> list[StudentRecord]:
    """Forty freshmen of one class, as the registry has them."""
    return [
        make_record(
            name=f"新生{chr(0x4E00 + number)}",
            number=sample_number(400 + number),
            phone=f"+861380013{number:04}",
        )
        for number in range(40)
    ]


def account_of(record: StudentRecord) -> User:
    """An account of the person, nothing proved."""
    return make_account(f"s{record.pk}@example.org")


def check(record: StudentRecord) -> None:
    """The person registers, proves who they are and finds everything right."""
    account = account_of(record)
    claim_records(account=account, records=[record])
    answer_record(record=record, account=account, asked=CHECKLIST, wrong=[])


def test_a_class_comes_to_forty_of_forty(
    records: list[StudentRecord],
    open_context: NewContext,
    outbox: Outbox,
    desk_registrar: User,
    tmp_path: Path,
) -> None:
    school_class = records[0].school_class
    assert school_class is not None
    teacher = make_account("teacher@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=teacher, school_class=school_class)
    folder = Path(PICTURES) if PICTURES else tmp_path

    def walker(name: str, user: User, **arguments: object) -> Walker:
        pictures = folder / name
        pictures.mkdir(parents=True, exist_ok=True)
        return Walker(open_context(user, **arguments).new_page(), pictures)

    for record in records[:31]:
        check(record)
    silent, lost, college, name = records[31:36], records[36:38], records[38], records[39]
    counselor = walker("counselor", teacher)
    registrar = walker("registrar", desk_registrar, viewport=DESK)

    _two_cannot_prove_themselves(counselor, walker, lost)
    _everyone_of_the_class_is_reminded(counselor)
    for record in silent:
        check(record)
    for record in lost:
        record.refresh_from_db()
        assert record.holder is not None
        answer_record(record=record, account=record.holder, asked=CHECKLIST, wrong=[])
    students = [_reports_a_wrong_field(walker, college, "study"),
                _reports_a_wrong_field(walker, name, "name", NAME)]  # fmt: skip
    counselor.start()
    counselor.press("全部转交（2）")
    counselor.reads("已转交")
    _both_are_corrected_one_after_the_other(registrar)
    for student, record in zip(students, (college, name), strict=True):
        student.go("enrollment:status")
        student.press("确认无误")
        record.refresh_from_db()
        assert record.progress == "confirmed"
    assert (college.college, name.name) == (COLLEGE, NAME)
    fold_headcounts()
    for person in (counselor, registrar):  # both stand on the page, which renews itself
        assert person.tab.url.endswith(reverse("today"))
        person.start()
        person.reads("已确认 40 / 40 人")
    assert counselor.clicks <= COUNSELOR_CLICKS
    assert registrar.clicks <= REGISTRAR_CLICKS


def _two_cannot_prove_themselves(
    counselor: Walker, walker: object, lost: list[StudentRecord]
) -> None:
    """They show their code; the counselor finds the record and opens it for them."""
    counselor.start()
    for record in lost:
        student = walker("student", account_of(record))  # type: ignore[operator]
        student.go("verification:show_code")
        student.press("出示协助码")
        code = student.tab.locator(".big-code").inner_text()
        counselor.find(record.name)
        counselor.press("协助学生绑定学籍")
        counselor.fill("学生出示的协助码", code)
        counselor.fill("学生无法自行验证的原因", "考生号遗失")
        counselor.tab.get_by_label("学生本人和证件就在我面前").check()
        counselor.press("开通学籍")
        counselor.reads("学生现在可以查看学籍了")
        student.go("enrollment:status")
        student.reads(record.name)


def _everyone_of_the_class_is_reminded(counselor: Walker) -> None:
    """From the page one stands on after signing in."""
    counselor.start()
    counselor.reads("已确认 31 / 40 人")
    counselor.press("提醒 9 人")  # all but those who have confirmed
    counselor.reads("短信")


def _reports_a_wrong_field(
    walker: object, record: StudentRecord, cause: str, correct: str = ""
) -> Walker:
    account = account_of(record)
    claim_records(account=account, records=[record])
    student: Walker = walker("student", account)  # type: ignore[operator]
    student.go("support:report_write", cause)
    if correct:
        student.fill("应该是", correct)
    student.fill("问题说明", "与录取通知书不一致")
    student.press("提交给学校")
    return student


def _both_are_corrected_one_after_the_other(registrar: Walker) -> None:
    """From today's page: the second report opens by itself; the province agrees to the name."""
    registrar.start()
    registrar.press("逐条处理反馈")
    for _report in range(2):
        field = registrar.tab.locator("main [name=field]")
        if field.input_value() != "name":  # else field and value come filled in
            field.select_option("college")
            registrar.fill("更正为", COLLEGE)
        registrar.press("更正或报送")
    registrar.click(f".waits__item[href='{reverse('support:submissions')}']")
    registrar.fill("批复文号", "示教学〔2026〕12号")
    registrar.press("同意，更正学籍")
    registrar.reads("已登记")
