"""The form that asks why somebody does what they do."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why a member of staff gives, takes or lifts something; it stays in the audit trail."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
