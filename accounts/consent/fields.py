"""Form fields for agreeing to a privacy notice."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.consent.notices import Notice, current_notice
from accounts.models import Purpose

_LABELS = {
    Purpose.ACCOUNT: _("I have read the privacy notice and agree to it."),
    Purpose.IDENTITY: _("I agree that my certificate number is processed for this purpose."),
}


class ConsentField(forms.BooleanField):
    """A checkbox, never ticked in advance, below the main points of its notice.

    ``names_notice``: with its title, which a page about the notice alone has already.
    """

    def __init__(self, purpose: Purpose, *, names_notice: bool = True, **options: Any) -> None:
        self.purpose, self.names_notice = purpose, names_notice
        error = _("To go on, read the privacy notice and tick the box.")
        super().__init__(label=_LABELS[purpose], error_messages={"required": error}, **options)

    @cached_property
    def notice(self) -> Notice:
        """The current notice in the language of the page, which asks for it part by part."""
        return current_notice(self.purpose)


class ConsentForm(forms.Form):
    """Consent to one notice."""

    def __init__(self, *args: Any, purpose: Purpose, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consent"] = ConsentField(purpose, names_notice=False)
