"""Consents as a section of the data export."""

from django.utils.translation import gettext as _

from accounts.models import Consent, User
from accounts.privacy.data_export import Item, Section, localized_time


def consents_section(account: User) -> Section:
    """The account's consents as a section of the data export."""
    entries = [
        [
            Item("purpose", _("Privacy notice"), consent.get_purpose_display()),
            Item("version", _("Version"), str(consent.version)),
            Item("given_at", _("Agreed on"), localized_time(consent.given_at)),
            Item(
                "withdrawn_at",
                _("Withdrawn on"),
                localized_time(consent.withdrawn_at) if consent.withdrawn_at else "",
            ),
        ]
        for consent in Consent.objects.filter(account=account).order_by("pk")
    ]
    return Section("consents", _("Consents"), entries)
