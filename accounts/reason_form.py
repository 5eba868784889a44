"""A form for the reason of an act."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """The reason for which staff grant, withdraw or lift something; kept in the audit trail."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
