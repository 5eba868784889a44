"""Pages that need no account."""

from uuid import UUID

from django.urls import reverse

from tests.journeys.pages.acts import (
    ask_by_contact,
    ask_by_name,
    ask_for_hints,
    check_receipt,
    check_unknown,
    come_to_new_password,
    come_to_question,
    come_to_the_school,
    press_first,
    send_empty,
    unfold,
)
from tests.journeys.pages.addresses import activation_address, stop_address, undo_address
from tests.journeys.pages.page import Page

VISITORS = [
    Page("home", reverse("home")),
    Page("help", reverse("help")),
    Page("help article", reverse("help_article", args=["codes"])),
    Page("help search, nothing found", reverse("help") + "?q=zzzz"),
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
    Page(
        "answer a question", reverse("account_reset_password"), needs="asked", act=come_to_question
    ),
    Page("privacy notice", reverse("privacy_notice", args=["account", 1])),
    Page("notice of the number", reverse("privacy_notice", args=["identity", 1])),
    Page("activate elsewhere", activation_address, needs="signed_up_mailbox", act=unfold),
    Page("undo a change?", undo_address, needs="changed_phone"),
    Page("change undone", undo_address, needs="changed_phone", act=press_first),
    Page("undone already", undo_address, needs="changed_phone"),
    Page("no undoing", reverse("accounts:undo_change", args=[UUID(int=7)])),
    Page(
        "object to a claim",
        lambda made: reverse("verification:object_to_claim", args=[made.key]),
        needs="claim_alert",
    ),
    Page(
        "verify a report",
        lambda it: reverse("enrollment:check_report_code", args=[it.code]),
        needs="wang_report",
    ),
    Page("check a receipt", reverse("enrollment:check_receipt")),
    Page("receipt found", reverse("enrollment:check_receipt"), needs="answered", act=check_receipt),
    Page("report, wrong PIN or unknown", reverse("enrollment:check_report"), act=check_unknown),
]
