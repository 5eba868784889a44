"""Pages of operators and auditors."""

from django.urls import reverse

from tests.journeys.pages.acts import show_it_is_you
from tests.journeys.pages.addresses import article_version, edit_article
from tests.journeys.pages.page import Page
from tests.people import make_school

OPERATORS = [
    Page(
        "create a set-up code",
        lambda user: reverse("registry:staff_code", args=[user.key]),
        who="operator",
        needs="registrar",
        act=show_it_is_you,
    ),
    Page("block list", reverse("accounts:blocks"), "operator", "blocked_number"),
    Page(
        "lift the block",
        lambda block: reverse("accounts:lift_block", args=[block.key]),
        "operator",
        "blocked_number",
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
    Page("edit an article", edit_article, "operator"),
    Page("an earlier version", article_version, "operator"),
]
