"""The onboarding step that binds a contact."""

from django.utils.translation import gettext_lazy as _

from accounts.contacts.yearly_check import contacts_to_ask
from accounts.onboarding import Step

CONTACTS = Step(
    30,
    "accounts:check_contacts",
    _("Phone and email"),
    lambda account: not contacts_to_ask(account),
)
