"""Bring an open page into the state that is meant."""

from collections.abc import Callable
from uuid import uuid4

from django.urls import reverse
from playwright.sync_api import Page as Tab

from accounts.codes.services import derive
from accounts.models import Code, CodePurpose
from enrollment.models import (
    Confirmation,
    StudentRecord,
)
from tests.people import PASSWORD, sample_number
from verification.diagnosis.questions import QUESTIONS

BIND_PHONE = reverse("accounts:ask_for_code", args=["sms"])


def ask_for_code(tab: Tab) -> None:
    """Have a code sent to a phone."""
    tab.fill("[name=address]", "13912345678")
    tab.locator("main .form__actions button").click()
    tab.locator("[name=code]").wait_for()


def ask_too_often(tab: Tab) -> None:
    """Ask for a second code within a minute; the page before has asked for the first."""
    tab.fill("[name=address]", "13912345678")
    tab.locator("main .form__actions button").click()
    tab.locator("main time").wait_for()


def ask_by_contact(tab: Tab) -> None:
    """Have a code sent to the mailbox of a known or an unknown person, and unfold what to try."""
    tab.fill("[name=login]", f"{uuid4().hex}@example.org")
    tab.locator("main .form__actions button").click()
    tab.locator("[name=code]").wait_for()
    tab.locator("main details summary").click()


def ask_by_name(tab: Tab) -> None:
    """The same with a username, which shows no address."""
    tab.fill("[name=login]", f"name.{uuid4().hex[:8]}")
    tab.locator("main .form__actions button").click()
    tab.locator("[name=code]").wait_for()


def come_to_new_password(tab: Tab) -> None:
    """Enter the code that recovers the password, and send a weak one."""
    tab.fill("[name=login]", "phone.owner@example.org")
    tab.locator("main .form__actions button").click()
    tab.locator("[name=code]").wait_for()
    code = Code.objects.filter(purpose=CodePurpose.RESET_PASSWORD, is_decoy=False).latest("pk")
    tab.fill("[name=code]", derive(code))
    tab.locator("main .form__actions button").click()
    tab.fill("[name=password1]", "12345678")
    tab.locator("main .form__actions button").click()
    tab.locator("[data-error-summary]").wait_for()


def come_to_question(tab: Tab) -> None:
    """Enter the code that recovers the password of an account with questions."""
    tab.fill("[name=login]", "asked@example.org")
    tab.locator("main .form__actions button").click()
    tab.locator("[name=code]").wait_for()
    code = Code.objects.filter(purpose=CodePurpose.RESET_PASSWORD, is_decoy=False).latest("pk")
    tab.fill("[name=code]", derive(code))
    tab.locator("main .form__actions button").click()
    tab.locator("[name=answer]").wait_for()


def come_to_the_school(tab: Tab) -> None:
    """Show that a new number is one's own, and have the code for the school shown."""
    tab.fill("[name=contact]", f"{uuid4().hex}@example.org")
    tab.locator("main .form__actions button").click()
    tab.locator("[name=code]").wait_for()
    code = Code.objects.filter(purpose=CodePurpose.RESCUE).latest("pk")
    tab.fill("[name=code]", derive(code))
    tab.locator("main .form__actions button").click()
    tab.get_by_role("main").locator("form button").click()
    tab.locator(".big-code").wait_for()


def ask_for_hints(tab: Tab) -> None:
    """Have the hints sent."""
    tab.fill("[name=contact]", f"{uuid4().hex}@example.org")
    tab.locator("main .form__actions button").click()
    tab.wait_for_url(reverse("account_find_username_sent"))


def check_receipt(tab: Tab) -> None:
    """Look up the code of the receipt there is."""
    tab.fill("[name=code]", Confirmation.objects.latest("pk").spaced_code)
    tab.locator("main form button").click()
    tab.locator("main dl").wait_for()


def check_unknown(tab: Tab) -> None:
    """Look up a code that no report has."""
    tab.fill("[name=code]", "0" * 16)
    tab.locator("main form button").first.click()
    tab.locator("main .notice").wait_for()


def send_empty(tab: Tab) -> None:
    """Send the form of the page with nothing in it, past the browser's own checks."""
    tab.locator("main form").first.evaluate(
        """form => {
          form.noValidate = true;
          for (const box of form.elements) if (box.type === "text") box.value = "";
          form.requestSubmit();
        }"""
    )
    tab.locator("[data-error-summary]").wait_for()


def show_it_is_you(tab: Tab) -> None:
    """Enter the password once more where a page asks for it; it holds for a few minutes."""
    if "reauthenticate" not in tab.url:
        return
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_url(lambda url: "reauthenticate" not in url)


def proved(act: Callable[[Tab], object]) -> Callable[[Tab], None]:
    """Do ``act`` on a page that may ask for the password first."""

    def run(tab: Tab) -> None:
        show_it_is_you(tab)
        act(tab)

    return run


def unfold(tab: Tab) -> None:
    """Open what is folded."""
    tab.locator("main details summary").click()


def press_first(tab: Tab) -> None:
    """Press the first button of the page."""
    tab.locator("main form button").first.click()
    tab.wait_for_load_state()


def say_why(tab: Tab) -> None:
    """Give the first reason for opening a record."""
    tab.locator("[name=reason]").first.check()
    tab.locator("main form button").first.click()
    tab.wait_for_url(lambda url: "/why/" not in url)


def send_empty_as_oneself(tab: Tab) -> None:
    """The same behind the question for the password."""
    show_it_is_you(tab)
    send_empty(tab)


def answer_wrongly(tab: Tab) -> None:
    """Fill in basic information that no record carries, as far as the check of answers."""
    tab.get_by_label("姓名").or_(tab.get_by_label("Name")).fill("赵无此")
    tab.locator("[name=number]").fill(sample_number(77))
    tab.locator("[name=third_item]").fill("26110199999999")
    tab.locator("main form button").last.click()
    tab.wait_for_url(reverse("verification:check"))


def be_unmatched(tab: Tab) -> None:
    """Send answers that match nothing."""
    answer_wrongly(tab)
    tab.locator("main form button").first.click()
    tab.wait_for_url(reverse("verification:unmatched"))


def leave_a_column_out(tab: Tab) -> None:
    """Say that nothing holds the name."""
    tab.locator("main details.details").evaluate("details => { details.open = true; }")
    tab.get_by_label("姓名", exact=True).select_option(value="")
    tab.locator("main form .form__actions button").click()
    tab.locator("[data-error-summary]").wait_for()


def make_token(tab: Tab) -> None:
    """Make a token; its secret is on the page."""
    tab.locator("[name=name]").fill("教务系统")
    tab.locator("main form .form__actions button").click()
    tab.locator("main .secret").wait_for()


def see_it(tab: Tab) -> None:
    """Give the password and the reason that the full number asks for."""
    wanted = tab.url
    show_it_is_you(tab)
    if "/why/" in tab.url:
        say_why(tab)
    tab.goto(wanted)


def answer_all(tab: Tab) -> None:
    """Answer every question why nothing is found, the second way."""
    for _question in QUESTIONS:
        tab.locator("main [name=answer]").nth(1).check()
        tab.locator("main form .form__actions button").click()
        tab.wait_for_load_state()
    tab.wait_for_url(reverse("verification:findings"))


def remind(tab: Tab) -> None:
    """Remind everyone of a class who can do something now."""
    record = StudentRecord.objects.exclude(school_class=None).first()
    assert record is not None
    tab.goto(reverse("support:class_board", args=[record.school_class_id]))
    tab.locator("main form[action$='/remind/'] button").click()
    tab.wait_for_url(lambda url: "/reminded/" in url)
