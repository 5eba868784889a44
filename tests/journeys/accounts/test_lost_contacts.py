"""Phone, mailbox or both are lost: each way back from a cold start, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from accounts.models import LimitHit, Rescue, User
from accounts.roles import Role
from accounts.tasks import finish_rescues
from enrollment.models import ClassCounselor, StudentRecord
from tests.journeys.conftest import NewContext
from tests.journeys.hand import Hand
from tests.journeys.ways import SIZES
from tests.outbox import Outbox
from tests.people import PASSWORD, make_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = "+8613912345678"
NEW_NUMBER, NEW_MAILBOX = "13712345678", "wang.new@example.org"
NEW_PASSWORD = "four other calm words"


class Student(Hand):
    """王明 at a browser."""

    def lose(self, link: str) -> None:
        """From the sign-in page to the way back that fits."""
        self.tab.goto(reverse("account_login"))
        self.tab.get_by_role("link", name="手机或邮箱无法使用").click()
        self.sees("找回账号")
        self.tab.get_by_role("main").get_by_role("link", name=re.compile(f"^{link}")).first.click()

    def recover(self, login: str, then: str = "学籍信息（图像校对）") -> None:
        """Choose a new password with a code."""
        self.sees("找回密码")
        self.fill(login=login)
        self.sees("填写校验码")
        self.fill(code=self.code(login))
        self.sees("重设密码")
        self.fill(password1=NEW_PASSWORD)
        self.sees(then)

    def bind(self, kind: str, address: str) -> None:
        """Bind a new contact in place of the lost one."""
        self.tab.goto(reverse("accounts:ask_for_code", args=[kind]))
        if reverse("account_reauthenticate") in self.tab.url:
            self.fill(password=NEW_PASSWORD)
        self.fill(address=address)
        self.sees("填写校验码")
        self.fill(code=self.code(address))
        self.sees("手机号和邮箱")


@pytest.fixture(params=SIZES)
def student(
    request: pytest.FixtureRequest,
    open_context: NewContext,
    outbox: Outbox,
    wang: User,
    wang_record: StudentRecord,
) -> Student:
    """王明, who holds his record and has a phone and a mailbox; at a phone, then at a desk."""
    User.objects.filter(pk=wang.pk).update(phone=PHONE, phone_confirmed_at=wang.date_joined)
    return Student(open_context(viewport=SIZES[request.param]).new_page(), outbox)


def test_the_mailbox_is_lost(student: Student, wang: User) -> None:
    student.lose("用短信找回")
    student.recover("13912345678")
    student.bind("email", NEW_MAILBOX)
    wang.refresh_from_db()
    assert wang.email == NEW_MAILBOX


def test_the_phone_is_lost(student: Student, wang: User) -> None:
    student.lose("用邮箱找回")
    student.recover(wang.email)
    student.bind("sms", NEW_NUMBER)
    wang.refresh_from_db()
    assert str(wang.phone) == f"+86{NEW_NUMBER}"


def test_both_are_lost(
    student: Student, open_context: NewContext, wang: User, wang_record: StudentRecord
) -> None:
    student.lose("开始")
    student.sees("手机和邮箱都无法使用")
    student.fill(contact=NEW_NUMBER)
    student.sees("填写校验码")
    student.fill(code=student.code(NEW_NUMBER))
    student.sees("请到学校当面办理")
    student.tab.get_by_role("button", name="出示协助码").click()
    code = student.tab.locator(".big-code").inner_text()

    counselor = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert wang_record.school_class is not None
    ClassCounselor.objects.create(user=counselor, school_class=wang_record.school_class)
    desk = Student(open_context(counselor, viewport=SIZES["desktop"]).new_page(), student.outbox)
    desk.tab.goto(reverse("verification:rescue", args=[wang_record.key]))
    desk.fill(password=PASSWORD)
    desk.sees("协助找回账号")
    desk.tab.locator("main [name=seen]").check()
    desk.fill(code="2222-2222", reason="手机被盗，邮箱已停用")
    desk.reads("没有找到这个协助码")
    desk.tab.locator("main [name=seen]").check()
    desk.fill(code=code, reason="手机被盗，邮箱已停用")
    desk.reads("24 小时后")

    student.tab.goto(reverse("account_rescue_state"))
    student.sees("学校已确认是你本人")
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    LimitHit.objects.all().delete()
    finish_rescues()
    student.tab.reload()
    student.sees("账号已找回")
    student.tab.get_by_role("link", name="重设密码").click()
    student.recover(NEW_NUMBER, then="再绑定一种联系方式")
    wang.refresh_from_db()
    assert (str(wang.phone), wang.email) == (f"+86{NEW_NUMBER}", "")
