"""The onboarding step that asks for consent to a new version of the privacy notice."""

from django.utils.translation import gettext_lazy as _

from accounts.consent.services import needs_consent
from accounts.onboarding import Step

CONSENT = Step(
    10, "accounts:consent", _("Privacy notice"), lambda account: not needs_consent(account)
)
