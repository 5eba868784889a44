"""Forms for name, certificate and third item."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.consent.fields import ConsentField
from accounts.limits.proof_of_work_field import ProofOfWorkField
from accounts.models import Purpose
from enrollment.identity.certificates import CertificateType
from enrollment.identity.name import InvalidNameError, NameFault, clean_name
from enrollment.identity.number import InvalidNumberError, NumberFault, canonical_number
from verification.claims.limits import PROOF_LEVEL
from verification.facts import Facts, canonical_item

# Longer than any valid answer, so that the specific check gives the error message.
MAX_LENGTH = 100


def _third_item_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Candidate number or student number"),
        help_text=_(
            "The candidate number (考生号) is on your examination slip and admission letter. "
            "Enter the student number (学号) instead if your school asks for it."
        ),
        max_length=MAX_LENGTH,
        error_messages={"required": _("Enter the number.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        **options,
    )


class BasicInformationForm(forms.Form):
    """Name and certificate; the third item, unless a phone that a school knows replaces it; and
    the consent to the use of the number, from a person who has not given it.
    """

    name = forms.CharField(
        label=_("Name"),
        help_text=_("As your school has it, with every character, including the · of a long name."),
        max_length=MAX_LENGTH,
        strip=False,
        error_messages={
            "required": NameFault.EMPTY.label,
            "max_length": NameFault.TOO_LONG.label,
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    certificate_type = forms.ChoiceField(
        label=_("Certificate type"),
        choices=CertificateType.choices,
        initial=CertificateType.RESIDENT_ID,
    )
    number = forms.CharField(
        label=_("Certificate number"),
        help_text=_("The certificate you enrolled with. x and X are the same."),
        max_length=MAX_LENGTH,
        error_messages={
            "required": NumberFault.EMPTY.label,
            "max_length": NumberFault.FORMAT.label,
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    third_item = _third_item_field()
    consent = ConsentField(Purpose.IDENTITY)

    def __init__(
        self, *args: Any, ask_third_item: bool, ask_consent: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if self.initial:
            self.fields["name"].widget.attrs["autofocus"] = True
        if not ask_third_item:
            del self.fields["third_item"]
        if not ask_consent:
            del self.fields["consent"]

    def clean_name(self) -> str:
        """The name in the form in which it is stored."""
        try:
            return clean_name(self.cleaned_data["name"])
        except InvalidNameError as error:
            raise forms.ValidationError(error.fault.label, code=error.fault.value) from error

    def clean_third_item(self) -> str:
        """The third item without spaces; spaces alone count as no answer."""
        return _clean_item(self.cleaned_data["third_item"])

    def clean(self) -> None:
        """Check the number by the rules of its certificate type."""
        kind, text = self.cleaned_data.get("certificate_type"), self.cleaned_data.get("number")
        if not kind or not text:
            return
        try:
            self.cleaned_data["number"] = canonical_number(text, kind)
        except InvalidNumberError as error:
            self.add_error(
                "number", forms.ValidationError(error.fault.label, code=error.fault.value)
            )

    @property
    def facts(self) -> Facts:
        """The stated facts. Valid forms only."""
        data = self.cleaned_data
        return Facts(
            data["name"], data["certificate_type"], data["number"], data.get("third_item", "")
        )


class ProofForm(forms.Form):
    """A proof of work, required for a name or birth date that other accounts have tried often."""

    captcha = ProofOfWorkField(level=PROOF_LEVEL)


class ThirdItemForm(forms.Form):
    """The third item, asked when the registry does not know the account's phone."""

    third_item = _third_item_field()

    def clean_third_item(self) -> str:
        """The third item without spaces; spaces alone count as no answer."""
        return _clean_item(self.cleaned_data["third_item"])


def _clean_item(text: str) -> str:
    item = canonical_item(text)
    if not item:
        raise forms.ValidationError(_("Enter the number."), code="required")
    return item
