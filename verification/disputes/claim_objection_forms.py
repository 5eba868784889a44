"""The registrar's form for deciding an objection to a claim."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SettlementForm(forms.Form):
    """Whether the claim ends or stays, and the reason."""

    decision = forms.ChoiceField(
        label=_("What have you found?"),
        choices=[
            ("keep", _("The account belongs to this person: the record stays linked")),
            ("take", _("It does not: unlink the record from the account")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("What you have seen and checked. It is kept in the audit trail."),
        max_length=200,
    )
