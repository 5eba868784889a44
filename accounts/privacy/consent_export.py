"""The consents, for the copy of one's own data."""

from django.utils.translation import gettext as _

from accounts.models import Consent, User
from accounts.privacy.data_export import Item, Section, spoken_time


def consents_section(account: User) -> Section:
    """The consents, for the copy of one's own data."""
    entries = [
        [
            Item("purpose", _("Privacy notice"), consent.get_purpose_display()),
            Item("version", _("Version"), str(consent.version)),
            Item("given_at", _("Agreed on"), spoken_time(consent.given_at)),
            Item(
                "withdrawn_at",
                _("Withdrawn on"),
                spoken_time(consent.withdrawn_at) if consent.withdrawn_at else "",
            ),
        ]
        for consent in Consent.objects.filter(account=account).order_by("pk")
    ]
    return Section("consents", _("Consents"), entries)
