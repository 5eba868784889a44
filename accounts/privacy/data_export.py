"""The export of everything the portal keeps about an account's owner (PIPL article 45).

The apps above register functions that build their sections, because imports only go downward.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.security_log import log_of
from audit.services import record_action


@dataclass(frozen=True)
class Item:
    """One value: a name for programs, a label and a text for people."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class Section:
    """The data of one app: entries of items, and files by name."""

    name: str
    title: str
    entries: list[list[Item]]
    files: Mapping[str, bytes] = field(default_factory=dict)


Contributor = Callable[[User], Section]
_contributors: dict[str, Contributor] = {}


def register_section(name: str, contributor: Contributor) -> None:
    """Add the section ``name`` to every export."""
    _contributors[name] = contributor


@transaction.atomic
def export_data(*, account: User) -> bytes:
    """A ZIP archive of data.json, an HTML page and files; the export is recorded in the trail.

    Both are in the active language; data.json names it, and its keys never change.
    """
    sections = [make(account) for make in _contributors.values()]
    record_action(
        action="accounts.export_data",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", _as_json(sections))
        archive.writestr(_("My data") + ".html", _as_page(sections))
        for section in sections:
            for name, content in section.files.items():
                archive.writestr(name, content)
    return packed.getvalue()


def _as_json(sections: list[Section]) -> str:
    data = {
        section.name: [{item.name: item.value for item in entry} for entry in section.entries]
        for section in sections
    }
    made = {"made_at": timezone.now().isoformat(), "language": get_language()}
    return json.dumps({**made, **data}, ensure_ascii=False, indent=2)


def _as_page(sections: list[Section]) -> str:
    return render_to_string(
        "accounts/privacy/my_data_copy.html", {"sections": sections, "made_at": timezone.now()}
    )


def _staff_items(account: User) -> list[Item]:
    if account.is_student:
        return []
    return [
        Item("staff_name", _("Name"), account.staff_name),
        Item("staff_office", _("Office"), account.staff_office),
    ]


def account_section(account: User) -> Section:
    """The account: names, contacts, second factors."""
    factors = Authenticator.objects.filter(user=account).order_by("created_at")
    mailboxes = account.emailaddress_set.order_by("pk")  # type: ignore[attr-defined]
    items = [
        Item("username", _("Username"), account.username or ""),
        *_staff_items(account),
        *(Item("email", _("Email address"), address.email) for address in mailboxes),
        Item("phone", _("Mobile number"), str(account.phone or "")),
        Item("language", _("Language of messages"), dict(settings.LANGUAGES)[account.language]),
        Item("joined_at", _("Registered on"), localized_time(account.date_joined)),
        Item("factors", _("Second factor"), "、".join(f.get_type_display() for f in factors)),
    ]
    return Section("account", _("Account"), [items])


def log_section(account: User) -> Section:
    """The security log."""
    entries = [
        [
            Item("kind", _("What"), event.get_kind_display()),
            Item("at", _("When"), localized_time(event.at)),
            Item("user_agent", _("Device"), event.user_agent),
            Item("network", _("Network"), event.network),
        ]
        for event in log_of(account)
    ]
    return Section("security_log", _("Sign-ins and changes"), entries)


def localized_time(moment: datetime) -> str:
    """``moment`` as text, in the portal's time zone and the active language."""
    return str(localize(timezone.localtime(moment)))
