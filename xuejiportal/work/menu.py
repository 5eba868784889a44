"""The menu of staff: pages in groups, each for the roles that work there."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import RECORD_KEEPERS, Role

Text = str | Promise
OPERATOR = "operator"
_REGISTRAR = frozenset({Role.REGISTRAR})
_KEEPERS = frozenset(RECORD_KEEPERS)
_OPERATOR = frozenset({OPERATOR})


@dataclass(frozen=True)
class Item:
    """A page of the menu; ``waits`` names the kinds of work whose number is shown beside it."""

    text: Text
    page: str
    icon: str
    roles: frozenset[str]
    waits: tuple[str, ...] = ()


_MENU: tuple[tuple[Text, tuple[Item, ...]], ...] = (
    (
        "",
        (
            Item(_("Today"), "today", "check", _KEEPERS),
            Item(_("State of the portal"), "operator", "chart", _OPERATOR),
        ),
    ),
    (
        pgettext_lazy("menu", "Students"),
        (
            Item(_("Problem reports"), "support:queue", "message", _KEEPERS, ("reports",)),
            Item(_("Class board"), "support:board", "chart", _KEEPERS),
            Item(_("Find a record"), "registry:search", "search", _KEEPERS),
            Item(
                _("Waiting for the province"), "support:submissions", "clock", _REGISTRAR,
                ("province",),
            ),
            Item(
                _("Identity disputes"), "verification:disputes", "id-card", _REGISTRAR,
                ("disputes", "objections"),
            ),
        ),
    ),
    (
        pgettext_lazy("menu", "Registry"),
        (
            Item(_("Registry imports"), "registry:imports", "upload", _REGISTRAR, ("imports",)),
            Item(_("Photos"), "registry:photo_batches", "image", _REGISTRAR, ("photos",)),
            Item(_("Export records"), "registry:export", "download", _REGISTRAR),
        ),
    ),
    (
        pgettext_lazy("menu", "Settings"),
        (
            Item(_("Classes"), "registry:classes", "users", _REGISTRAR, ("classes",)),
            Item(_("People and roles"), "registry:people", "user", _REGISTRAR),
            Item(_("Campaigns and rules"), "registry:campaigns", "calendar", _REGISTRAR),
            Item(_("Help articles"), "support:articles", "book", _REGISTRAR | {OPERATOR}),
            Item(_("Registrars and auditors"), "registry:appointments", "shield", _OPERATOR),
            Item(_("Institutions"), "operator_institutions", "list", _OPERATOR),
        ),
    ),
    (
        pgettext_lazy("menu", "Supervision"),
        (
            Item(_("Messages sent"), "operator_messages", "message", _OPERATOR),
            Item(_("Imports of all schools"), "operator_imports", "upload", _OPERATOR),
            Item(_("Audit trail"), "trail", "list", frozenset({Role.AUDITOR})),
            Item(
                _("Block list"), "accounts:blocks", "lock",
                _REGISTRAR | {Role.AUDITOR, OPERATOR},
            ),
        ),
    ),
)  # fmt: skip


def menu_of(user: User) -> list[tuple[Text, list[Item]]]:
    """The groups with the pages that ``user`` may open; groups without any are left out."""
    mine = {OPERATOR} if user.is_superuser else set(user.roles)
    groups = (
        (title, [item for item in items if item.roles.intersection(mine)]) for title, items in _MENU
    )
    return [(title, items) for title, items in groups if items]
