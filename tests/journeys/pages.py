"""Every page that is checked for access, overflow and script policy: add yours here.

``who`` is the name of a fixture that gives the user who opens the page, or
None for a visitor. ``needs`` is the name of a fixture that makes what the page
shows; ``path`` gets its value and returns the address. ``act`` brings the open
page into the state that is meant, for example a form with errors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.urls import reverse
from playwright.sync_api import Page as Tab

from accounts.codes.services import derive
from accounts.models import Code, CodePurpose, ContactChange, Rescue
from enrollment.imports.missing.groups import groups
from enrollment.models import (
    AbsenceDecision,
    Confirmation,
    ImportBatch,
    PhotoBatch,
    StudentRecord,
)
from support.models import Article
from tests.people import PASSWORD, make_school, sample_number
from verification.diagnosis.causes import QUESTIONS


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


def ask_by_contact(tab: Tab) -> None:
    """Have a code sent to the mailbox of somebody or nobody, and unfold what to try."""
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


def stop_address(rescue: Rescue) -> str:
    """Where an old contact objects."""
    return reverse("accounts:stop_rescue", args=[rescue.key])


def rescue_desk(record: StudentRecord) -> str:
    """Where staff give the account that holds ``record`` back."""
    return reverse("verification:rescue", args=[record.key])


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


def undo_address(change: ContactChange) -> str:
    """Where a changed contact is undone."""
    return reverse("accounts:undo_change", args=[change.key])


def activation_address(mailbox: EmailAddress) -> str:
    """Where the link of a sign-up leads."""
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC.create(mailbox).key])


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


def import_page(batch: ImportBatch) -> str:
    """The page of one import."""
    return reverse("registry:import", args=[batch.key])


def of_import(name: str) -> Callable[[ImportBatch], str]:
    """A page that belongs to one import."""
    return lambda batch: reverse(f"registry:{name}", args=[batch.key])


def photos_page(name: str) -> Callable[[PhotoBatch], str]:
    """A page of one ZIP of photographs."""
    return lambda batch: reverse(f"registry:{name}", args=[batch.key])


def leave_a_column_out(tab: Tab) -> None:
    """Say that nothing holds the name."""
    tab.locator("main details").evaluate("details => { details.open = true; }")
    tab.get_by_label("姓名", exact=True).select_option(value="")
    tab.locator("main form .form__actions button").click()
    tab.locator("[data-error-summary]").wait_for()


def make_token(tab: Tab) -> None:
    """Make a token; its secret stands on the page."""
    tab.locator("[name=name]").fill("教务系统")
    tab.locator("main form .form__actions button").click()
    tab.locator("main .secret").wait_for()


def people_missing(batch: ImportBatch) -> str:
    """Who is in the first group of absent records."""
    [group, *_] = groups(batch, by_class=False)
    return f"{of_import('missing_people')(batch)}?{urlencode({'group': group.token})}"


def decide_missing(batch: ImportBatch) -> str:
    """The decision about the first group of absent records."""
    [group, *_] = groups(batch, by_class=False)
    return f"{of_import('decide_missing')(batch)}?{urlencode({'group': group.token})}"


def decision_page(decision: AbsenceDecision) -> str:
    """One decision about absent records."""
    return reverse("registry:decision", args=[decision.batch.key, decision.key])


def staff_record(_batch: ImportBatch) -> str:
    """The page of one record that imports brought."""
    record = StudentRecord.objects.first()
    assert record is not None
    return reverse("registry:record", args=[record.key])


def people_page(record: StudentRecord) -> str:
    """Everybody of the record's class."""
    return reverse("support:class_part", args=[record.school_class_id, "people"])


def class_page(_batch: ImportBatch) -> str:
    """The board of the class of a record that imports brought."""
    record = StudentRecord.objects.exclude(school_class=None).first()
    assert record is not None
    return reverse("support:class_board", args=[record.school_class_id])


def managed_class(_batch: ImportBatch) -> str:
    """The page of the class of a record that imports brought."""
    return class_page(_batch).replace("support/board/class", "registry/classes")


def staff_number(batch: ImportBatch) -> str:
    """The full number of one record."""
    return f"{staff_record(batch)}number/"


def school_board(_batch: ImportBatch) -> str:
    """The board of the invented school by college."""
    return reverse("support:school_board", args=[make_school().code])


def college_board(_batch: ImportBatch) -> str:
    """The board of one of its colleges."""
    page = reverse("support:college_board", args=[make_school().code])
    return f"{page}?{urlencode({'college': '计算机与软件学院'})}"


def edit_article(_: object) -> str:
    """One article of the handbook, as the operator edits it."""
    return reverse("support:article_edit", args=[Article.objects.get(slug="codes").pk])


def article_version(_: object) -> str:
    """Its first version."""
    return reverse("support:article_version", args=[Article.objects.get(slug="codes").pk, 1])


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


PAGES = [
    Page("home", reverse("home")),
    Page("home, nothing proved", reverse("home"), who="li"),
    Page("basic information again", reverse("verification:start"), "li", "unmatched_attempt"),
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
    Page(
        "problem report of staff",
        lambda made: reverse("support:queue_report", args=[made.key]),
        who="desk_registrar",
        needs="wang_problem",
    ),
    Page(
        "problem reports, one waiting", reverse("support:queue"), "desk_registrar", "wang_problem"
    ),
    Page("waiting for the province, none", reverse("support:submissions"), "desk_registrar"),
    Page(
        "waiting for the province",
        reverse("support:submissions"),
        "desk_registrar",
        "wang_submission",
    ),
    Page(
        "answer of the province",
        lambda made: reverse("support:submission_result", args=[made.key]),
        "desk_registrar",
        "wang_submission",
    ),
    Page("how long reports wait", reverse("support:report_statistics"), "desk_registrar"),
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
    Page("sign in with a code", reverse("account_code")),
    Page("sign in with a code, errors", reverse("account_code"), act=send_empty),
    Page("code to sign in", reverse("account_code"), act=ask_by_contact),
    Page("code to sign in, by username", reverse("account_code"), act=ask_by_name),
    Page("recover password", reverse("account_reset_password")),
    Page("code to recover", reverse("account_reset_password"), act=ask_by_contact),
    Page(
        "new password, errors",
        reverse("account_reset_password"),
        needs="phone_owner",
        act=come_to_new_password,
    ),
    Page("recover username", reverse("account_find_username")),
    Page("recover username, errors", reverse("account_find_username"), act=send_empty),
    Page("hints sent", reverse("account_find_username"), act=ask_for_hints),
    Page("account lost", reverse("account_lost")),
    Page("both lost", reverse("account_rescue")),
    Page("both lost, errors", reverse("account_rescue"), act=send_empty),
    Page("both lost, code for the school", reverse("account_rescue"), act=come_to_the_school),
    Page("object to a rescue", stop_address, needs="opened_rescue"),
    Page("no objecting", reverse("accounts:stop_rescue", args=[UUID(int=7)])),
    Page("give the account back", rescue_desk, "desk_registrar", "wang_record", act=show_it_is_you),
    Page("security questions", reverse("accounts:questions"), who="li", act=show_it_is_you),
    Page(
        "answer a question", reverse("account_reset_password"), needs="asked", act=come_to_question
    ),
    Page("username", reverse("accounts:username"), who="li", act=show_it_is_you),
    Page("username, errors", reverse("accounts:username"), who="li", act=proved(send_empty)),
    Page("take back", reverse("accounts:take_back"), who="li", act=show_it_is_you),
    Page("another contact", reverse("accounts:check_contacts"), "wang", "wang_record"),
    Page("yearly check", reverse("accounts:check_contacts"), "wang", "year_old_account"),
    Page("sign out", reverse("account_logout"), who="li"),
    Page("is it you?", reverse("mfa_activate_totp"), who="li"),
    Page("second factor", reverse("mfa_index"), who="li", act=show_it_is_you),
    Page("authenticator", reverse("mfa_activate_totp"), who="li"),
    Page("sessions", reverse("accounts:sessions"), who="li"),
    Page("set-up code", reverse("accounts:enter_staff_code"), who="registrar"),
    Page(
        "create a set-up code",
        lambda user: reverse("registry:staff_code", args=[user.key]),
        who="operator",
        needs="registrar",
        act=show_it_is_you,
    ),
    Page("security key", reverse("mfa_add_webauthn"), who="li"),
    Page("my data", reverse("accounts:my_data"), who="li"),
    Page("consent to the account", reverse("accounts:consent"), who="newcomer"),
    Page("consent, errors", reverse("accounts:consent"), who="newcomer", act=send_empty),
    Page("consent to the number", reverse("accounts:identity_consent"), who="newcomer"),
    Page("what I agreed to", reverse("accounts:consents"), who="li"),
    Page("nothing agreed to", reverse("accounts:consents"), who="newcomer"),
    Page("privacy notice", reverse("privacy_notice", args=["account", 1])),
    Page("notice of the number", reverse("privacy_notice", args=["identity", 1])),
    Page("deletion", reverse("accounts:delete_account"), who="li"),
    Page("deletion waits", reverse("accounts:delete_account"), who="leaving"),
    Page("deletion waits, told elsewhere", reverse("accounts:security"), who="leaving"),
    Page("deletion of staff", reverse("accounts:delete_account"), who="registrar"),
    Page("security log", reverse("accounts:security_log"), who="li"),
    Page("account and security", reverse("accounts:security"), who="li"),
    Page("contacts", reverse("accounts:contacts"), who="li"),
    Page("bind a phone", BIND_PHONE, who="li", act=show_it_is_you),
    Page("bind a phone, errors", BIND_PHONE, "li", act=proved(send_empty)),
    Page("enter the code", BIND_PHONE, "li", act=proved(ask_for_code)),
    Page("too often", BIND_PHONE, "li", act=proved(ask_too_often)),
    Page("activate elsewhere", activation_address, needs="signed_up_mailbox", act=unfold),
    Page("undo a change?", undo_address, needs="changed_phone"),
    Page("change undone", undo_address, needs="changed_phone", act=press_first),
    Page("undone already", undo_address, needs="changed_phone"),
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
    Page(
        "my appointment",
        lambda made: reverse("registry:appointment", args=[made.key]),
        "li",
        "appointment",
    ),
    Page("another record of mine", reverse("verification:further"), "wang", "wang_record"),
    Page(
        "object to a claim",
        lambda made: reverse("verification:object_to_claim", args=[made.key]),
        needs="claim_alert",
    ),
    Page(
        "objection to a claim",
        lambda made: reverse("verification:claim_objection", args=[made.key]),
        "desk_registrar",
        "claim_objection",
        act=show_it_is_you,
    ),
    Page("reason for a file", reverse("registry:reason"), "desk_registrar"),
    Page("third item", reverse("verification:third"), "phone_owner", "open_third_item"),
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
    Page("receipt found", reverse("enrollment:check_receipt"), needs="answered", act=check_receipt),
    Page("report, wrong PIN or unknown", reverse("enrollment:check_report"), act=check_unknown),
    Page(
        "report, waiting",
        lambda it: reverse("enrollment:report", args=[it.key]),
        "wang",
        "wang_waiting_report",
    ),
    Page(
        "who has looked",
        lambda it: reverse("enrollment:viewings", args=[it.key]),
        "wang",
        "wang_viewed_record",
    ),
    Page("status with everything", reverse("enrollment:status"), "wang", "wang_full_record"),
    Page("status of staff", reverse("enrollment:status"), "registrar"),
    Page("imports", reverse("registry:imports"), "desk_registrar"),
    Page("imports, errors", reverse("registry:imports"), "desk_registrar", act=send_empty),
    Page("import, checked", import_page, "desk_registrar", "checked_import"),
    Page("import, published", import_page, "desk_registrar", "published_import"),
    Page("photos", reverse("registry:photo_batches"), "desk_registrar", "taken_photos"),
    Page("photos, errors", reverse("registry:photo_batches"), "desk_registrar", act=send_empty),
    Page("photos, checked", photos_page("photo_batch"), "desk_registrar", "checked_photos"),
    Page("photos, failed", photos_page("photo_batch"), "desk_registrar", "failing_photos"),
    Page("photos, taken", photos_page("photo_batch"), "desk_registrar", "taken_photos"),
    Page(
        "take photos",
        photos_page("take_photos"),
        "desk_registrar",
        "checked_photos",
        act=show_it_is_you,
    ),
    Page("code to show", reverse("verification:show_code"), "li", act=press_first),
    Page("open a dispute", reverse("verification:dispute"), "li", "unmatched_attempt"),
    Page(
        "open a dispute, errors",
        reverse("verification:dispute"),
        "li",
        "unmatched_attempt",
        act=send_empty,
    ),
    Page("my dispute", reverse("verification:dispute"), "true_wang", "dispute"),
    Page(
        "object to a dispute",
        lambda made: reverse("verification:objection", args=[made.key]),
        "wang",
        "dispute",
    ),
    Page("identity disputes", reverse("verification:disputes"), "desk_registrar", "dispute"),
    Page(
        "identity dispute, both sides",
        lambda made: reverse("verification:dispute_desk", args=[made.key]),
        "desk_registrar",
        "dispute",
    ),
    Page(
        "open the record for the student",
        lambda record: reverse("verification:assist", args=[record.key]),
        "desk_registrar",
        "li_record",
        act=show_it_is_you,
    ),
    Page("block list", reverse("accounts:blocks"), "operator", "blocked_number"),
    Page(
        "lift the block",
        lambda block: reverse("accounts:lift_block", args=[block.key]),
        "operator",
        "blocked_number",
    ),
    Page(
        "export records, errors",
        reverse("registry:export"),
        "desk_registrar",
        act=send_empty_as_oneself,
    ),
    Page("campaigns and rules", reverse("registry:campaigns"), "desk_registrar"),
    Page(
        "new campaign, errors",
        reverse("registry:new_campaign"),
        "desk_registrar",
        act=send_empty,
    ),
    Page(
        "rules of the institution",
        reverse("registry:rules", args=["19998"]),
        "desk_registrar",
        act=show_it_is_you,
    ),
    Page(
        "rules, a change waits",
        reverse("registry:rules", args=["19998"]),
        "desk_registrar",
        "rule_change",
        act=show_it_is_you,
    ),
    Page(
        "changes of roles to review",
        lambda review: reverse("registry:staff_review", args=[review.key]),
        "desk_registrar",
        "staff_review",
        act=show_it_is_you,
    ),
    Page("classes", reverse("registry:classes"), "desk_registrar", "published_import"),
    Page(
        "one class",
        managed_class,
        "desk_registrar",
        "published_import",
    ),
    Page(
        "merge a class",
        lambda batch: managed_class(batch) + "merge/",
        "desk_registrar",
        "published_import",
        act=show_it_is_you,
    ),
    Page("people and roles", reverse("registry:people"), "desk_registrar"),
    Page(
        "assign by file, errors",
        reverse("registry:assign_by_file"),
        "desk_registrar",
        act=send_empty_as_oneself,
    ),
    Page("sign-ins", reverse("trail_sign_ins"), "auditor"),
    Page("end sessions", reverse("registry:end_sessions"), "operator", act=show_it_is_you),
    Page("audit trail", reverse("trail"), "auditor", "wang_record"),
    Page(
        "audit trail, a record",
        lambda record: f"{reverse('trail')}?record={record.key}",
        "auditor",
        "wang_record",
    ),
    Page("audit trail, which member of staff", reverse("trail") + "?question=person", "auditor"),
    Page("today, a registrar", reverse("today"), "desk_registrar"),
    Page(
        "registrars and auditors",
        reverse("registry:appointments"),
        "operator",
        "desk_registrar",
        act=show_it_is_you,
    ),
    Page(
        "take a role away",
        lambda user: reverse("registry:dismiss_registrar", args=[user.key, make_school().code]),
        "operator",
        "desk_registrar",
        act=show_it_is_you,
    ),
    Page("board of an institution", reverse("support:board"), "desk_registrar", "published_import"),
    Page("board of a class", class_page, "desk_registrar", "published_import"),
    Page(
        "people of a class",
        lambda batch: class_page(batch) + "unregistered/",
        "desk_registrar",
        "published_import",
    ),
    Page(
        "paper for the noticeboard",
        lambda batch: class_page(batch) + "poster/",
        "desk_registrar",
        "published_import",
    ),
    Page("reminded", reverse("support:board"), "desk_registrar", "published_import", act=remind),
    Page("notices, none", reverse("accounts:notices"), "li"),
    Page("how to be told", reverse("accounts:notice_choices"), "li"),
    Page("name the columns", of_import("columns"), "desk_registrar", "checked_import"),
    Page(
        "name the columns, errors",
        of_import("columns"),
        "desk_registrar",
        "checked_import",
        act=leave_a_column_out,
    ),
    Page("changed records", of_import("changes"), "desk_registrar", "checked_import"),
    Page("mended rows", of_import("mended_rows"), "desk_registrar", "checked_import"),
    Page(
        "mended rows, errors",
        of_import("mended_rows"),
        "desk_registrar",
        "checked_import",
        act=send_empty,
    ),
    Page("missing", of_import("missing"), "desk_registrar", "partial_import"),
    Page("missing people", people_missing, "desk_registrar", "partial_import"),
    Page("publish?", of_import("publish"), "desk_registrar", "checked_import", act=show_it_is_you),
    Page("decide about the missing", decide_missing, "desk_registrar", "partial_import"),
    Page(
        "decide about the missing, errors",
        decide_missing,
        "desk_registrar",
        "partial_import",
        act=send_empty,
    ),
    Page("a decision", decision_page, "desk_registrar", "absence_decision"),
    Page("undo?", of_import("undo"), "desk_registrar", "published_import"),
    Page("import, failed", import_page, "desk_registrar", "failed_import"),
    Page("import tokens", reverse("registry:tokens"), "desk_registrar", "import_token"),
    Page("make a token", reverse("registry:new_token"), "desk_registrar"),
    Page("make a token, errors", reverse("registry:new_token"), "desk_registrar", act=send_empty),
    Page("the token, once", reverse("registry:new_token"), "desk_registrar", act=make_token),
    Page(
        "revoke a token",
        lambda token: reverse("registry:revoke_token", args=[token.key]),
        "desk_registrar",
        "import_token",
    ),
    Page("find a record", reverse("registry:search"), "desk_registrar"),
    Page(
        "enter an event",
        lambda batch: staff_record(batch) + "events/",
        "desk_registrar",
        "published_import",
        act=show_it_is_you,
    ),
    Page("why a record is opened", staff_record, "desk_registrar", "published_import"),
    Page("record for staff", staff_record, "desk_registrar", "published_import", act=say_why),
    Page("full number for staff", staff_number, "desk_registrar", "published_import", act=see_it),
    Page("board by college", school_board, "desk_registrar", "published_import"),
    Page("board of a college", college_board, "desk_registrar", "published_import"),
    Page(
        "end a counselor's role",
        lambda user: reverse("registry:dismiss_counselor", args=[user.key]),
        "desk_registrar",
        "class_counselor",
        act=show_it_is_you,
    ),
    Page("edit an article", edit_article, "operator"),
    Page("an earlier version", article_version, "operator"),
    Page("why nothing is found", reverse("verification:diagnosis"), "li", act=answer_all),
    # A counselor, who sees one class.
    Page("board of a counselor", reverse("support:board"), "class_counselor"),
    Page("class of a counselor", class_page, "class_counselor", "wang_record"),
    Page("today, a counselor", reverse("today"), "class_counselor"),
    Page("everybody of a class", people_page, "class_counselor", "wang_record"),
    Page("handed on by a counselor, none", reverse("support:handed_on"), "class_counselor"),
    Page("reports of a counselor, none", reverse("support:queue"), "class_counselor"),
    Page("find a record, counselor", reverse("registry:search"), "class_counselor"),
    Page("record for a counselor", staff_record, "class_counselor", "wang_record", act=say_why),
    Page(
        "vouch",
        lambda asked: reverse("verification:vouch", args=[asked.pk]),
        "class_counselor",
        "asked_to_vouch",
    ),
    Page("notices of a counselor", reverse("accounts:notices"), "class_counselor"),
    Page(
        "report for a counselor",
        lambda made: reverse("support:queue_report", args=[made.key]),
        "class_counselor",
        "wang_problem",
    ),
    Page("my report", lambda it: reverse("support:report", args=[it.key]), "wang", "wang_problem"),
    Page("my reports", reverse("support:reports"), "wang", "wang_problem"),
    # Last, for what a page needs stays: 王明 has one record on all pages before.
    Page("status, several records", reverse("enrollment:status"), "wang", "wang_second_record"),
    Page(
        "report a problem, several records",
        reverse("support:report_new"),
        who="wang",
        needs="wang_second_record",
    ),
    Page(
        "a record that waits for a second person",
        lambda record: reverse("verification:assist", args=[record.key]),
        "desk_registrar",
        "withheld_record",
        act=show_it_is_you,
    ),
    Page("my record, some of it closed", reverse("enrollment:status"), "wang", "withheld_record"),
    # A dispute freezes the record.
    Page("home of a student", reverse("home"), who="wang", needs="dispute"),
    Page("status, disputed", reverse("enrollment:status"), "wang", "dispute"),
]
