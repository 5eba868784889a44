"""Forms of account recovery."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import services as identifiers
from accounts.identifiers import username_rules
from accounts.identifiers.email_addresses import MAX_TYPED


class KnownContactForm(forms.Form):
    """A contact of the account, for people who have forgotten how they sign in."""

    contact = forms.CharField(
        label=_("Email or mobile number"),
        help_text=_("Enter a linked email or phone number you can still use."),
        max_length=MAX_TYPED,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_contact(self) -> identifiers.Identifier:
        return identifiers.parse_contact(self.cleaned_data["contact"])


class NewContactForm(KnownContactForm):
    """A contact that replaces the lost ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].label = _("New mobile number or email")
        self.fields["contact"].help_text = _(
            "Your own, that you can read now. You will sign in with it."
        )


class UsernameForm(forms.Form):
    """A username, as an alternative to e-mail and phone."""

    username = forms.CharField(
        label=_("Username"),
        help_text=_("4 to 32 characters, beginning with a letter or a Chinese character."),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_username(self) -> str:
        return username_rules.clean_username(self.cleaned_data["username"])
