"""Every page that is checked for access, overflow and script policy: add yours here.

``who`` is the name of a fixture that gives the user who opens the page, or
None for a visitor. ``needs`` is the name of a fixture that makes what the page
shows; ``path`` gets its value and returns the address. ``act`` brings the open
page into the state that is meant, for example a form with errors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from playwright.sync_api import Page as Tab

from enrollment.models import ImportBatch, StudentRecord
from tests.people import PASSWORD, sample_number


@dataclass(frozen=True)
class Page:
    """One page in one state."""

    name: str
    path: str | Callable[[Any], str]
    who: str | None = None
    needs: str | None = None
    act: Callable[[Tab], object] | None = None

    def __str__(self) -> str:
        return self.name


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


def send_empty(tab: Tab) -> None:
    """Send the form of the page with nothing in it, past the browser's own checks."""
    tab.locator("main form").first.evaluate(
        "form => { form.noValidate = true; form.requestSubmit(); }"
    )
    tab.locator("[data-error-summary]").wait_for()


def show_it_is_you(tab: Tab) -> None:
    """Enter the password once more, as pages that matter ask; it holds for a few minutes."""
    wanted = tab.url
    tab.goto(reverse("account_reauthenticate"))
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_url(lambda url: "reauthenticate" not in url)
    tab.goto(wanted)


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


def import_page(batch: ImportBatch) -> str:
    """The page of one import."""
    return reverse("registry:import", args=[batch.key])


def staff_record(_batch: ImportBatch) -> str:
    """The page of one record that imports brought."""
    record = StudentRecord.objects.first()
    assert record is not None
    return reverse("registry:record", args=[record.key])


PAGES = [
    Page("home", reverse("home")),
    Page("help", reverse("help")),
    Page("help article", reverse("help_article", args=["codes"])),
    Page("help search, nothing found", reverse("help") + "?q=zzzz"),
    Page("my reports, none", reverse("support:reports"), who="wang", needs="wang_record"),
    Page("report a problem", reverse("support:report_new"), who="wang", needs="wang_record"),
    Page(
        "write a report, errors",
        reverse("support:report_write", args=["name"]),
        who="wang",
        needs="wang_record",
        act=send_empty,
    ),
    Page("problem reports of staff", reverse("support:queue"), who="desk_registrar"),
    Page("help articles of staff", reverse("support:articles"), who="desk_registrar"),
    Page(
        "help article of staff, errors",
        reverse("support:article_new"),
        who="desk_registrar",
        act=send_empty,
    ),
    Page("offline", reverse("offline")),
    Page("no such page", "/there-is-no-such-page/"),
    Page("damaged address", "/%ff"),
    Page("sign in", reverse("account_login")),
    Page("sign in, errors", reverse("account_login"), act=send_empty),
    Page("register", reverse("account_signup")),
    Page("register, errors", reverse("account_signup"), act=send_empty),
    Page("register by phone", reverse("account_signup_phone")),
    Page("register by phone, errors", reverse("account_signup_phone"), act=send_empty),
    Page("reset password", reverse("account_reset_password")),
    Page("sign out", reverse("account_logout"), who="li"),
    Page("is it you?", reverse("mfa_activate_totp"), who="li"),
    Page("second factor", reverse("mfa_index"), who="li", act=show_it_is_you),
    Page("authenticator", reverse("mfa_activate_totp"), who="li"),
    Page("sessions", reverse("usersessions_list"), who="li"),
    Page("security key", reverse("mfa_add_webauthn"), who="li"),
    Page("my data", reverse("accounts:my_data"), who="li"),
    Page("security log", reverse("accounts:security_log"), who="li"),
    Page("account and security", reverse("accounts:security"), who="li"),
    Page("contacts", reverse("accounts:contacts"), who="li"),
    Page("bind a phone", BIND_PHONE, who="li"),
    Page("bind a phone, errors", BIND_PHONE, "li", act=send_empty),
    Page("enter the code", BIND_PHONE, "li", act=ask_for_code),
    Page("too often", BIND_PHONE, "li", act=ask_too_often),
    Page("no undoing", reverse("accounts:undo_change", args=[UUID(int=7)])),
    Page("change password", reverse("account_change_password"), who="li"),
    Page("basic information", reverse("verification:start"), who="li"),
    Page("basic information, errors", reverse("verification:start"), who="li", act=send_empty),
    Page("check your answers", reverse("verification:start"), who="li", act=answer_wrongly),
    Page("not matched", reverse("verification:start"), who="li", act=be_unmatched),
    Page("status", reverse("enrollment:status"), who="wang", needs="wang_record"),
    Page(
        "certificate number",
        lambda record: reverse("enrollment:certificate", args=[record.key]),
        who="wang",
        needs="wang_record",
    ),
    Page("find out why", reverse("verification:diagnosis"), "li"),
    Page("find out why, errors", reverse("verification:diagnosis"), "li", act=send_empty),
    Page("third item", reverse("verification:third"), "phone_owner", "open_third_item"),
    Page("status, several records", reverse("enrollment:status"), "wang", "wang_second_record"),
    Page(
        "receipt", lambda made: reverse("enrollment:receipt", args=[made.key]), "wang", "answered"
    ),
    Page("stale answer", reverse("enrollment:status"), "wang", "stale_answer"),
    Page("reports", lambda it: reverse("enrollment:reports", args=[it.key]), "wang", "wang_record"),
    Page("report", lambda it: reverse("enrollment:report", args=[it.key]), "wang", "wang_report"),
    Page(
        "verify a report",
        lambda it: reverse("enrollment:check_report_code", args=[it.code]),
        needs="wang_report",
    ),
    Page("check a receipt", reverse("enrollment:check_receipt")),
    Page("status of staff", reverse("enrollment:status"), "registrar"),
    Page("imports", reverse("registry:imports"), "desk_registrar"),
    Page("imports, errors", reverse("registry:imports"), "desk_registrar", act=send_empty),
    Page("import, checked", import_page, "desk_registrar", "checked_import"),
    Page("import, published", import_page, "desk_registrar", "published_import"),
    Page("find a record", reverse("registry:search"), "desk_registrar"),
    Page("record for staff", staff_record, "desk_registrar", "published_import"),
]
