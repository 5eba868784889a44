"""Forms for the rules and the campaigns of an institution."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.fields.checklist import CHECKLIST
from enrollment.institutions.forms import InstitutionForm
from enrollment.institutions.settings.field_rules import (
    CHECKABLE,
    FieldRule,
    RulesField,
    rules_of,
)
from enrollment.models import Campaign
from enrollment.models.institution import ThirdItem


class SchoolForm(forms.Form):
    """The rules of one institution."""

    third_item = forms.ChoiceField(
        label=_("Third item"),
        help_text=_(
            "Asked as well as name and certificate number, unless the phone number matches."
        ),
        choices=ThirdItem.choices,
        widget=forms.RadioSelect,
    )
    second_approver = forms.BooleanField(
        label=_("A second registrar must agree before a file is published"), required=False
    )


class CampaignForm(InstitutionForm):
    """A campaign: the students, the fields to confirm, and the period."""

    name = forms.CharField(label=_("Name of the campaign"), max_length=60)
    entry_year = forms.IntegerField(
        label=_("Year of entry"),
        help_text=_("Leave empty for everyone."),
        required=False,
        min_value=1950,
        max_value=2100,
    )
    starts_on = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=pgettext_lazy("campaign", "Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    rules = RulesField(
        label=_("What is asked about each field"),
        help_text=_(
            "Confirm: the student compares it. Can wait: people who want to report it are told so. "
            "Not asked: it is shown, and nothing is said about it."
        ),
        initial=rules_of(list(CHECKLIST), []),
    )

    def __init__(self, *args: Any, campaign: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._campaign = campaign

    def clean(self) -> dict[str, Any]:
        """Reject reversed dates and overlapping campaigns."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        if given["starts_on"] > given["ends_on"]:
            self.add_error("ends_on", _("This is before the first day."))
        if not self.errors and self._others(given).exists():
            self.add_error(
                "starts_on", _("Another campaign of the same year of entry runs on these days.")
            )
        return given

    @property
    def values(self) -> dict[str, Any]:
        """The campaign's columns. Only for a valid form."""
        given = dict(self.cleaned_data)
        rules = given.pop("rules")
        return given | {
            f"{rule.value}_fields": [name for name in CHECKABLE if rules[name] == rule]
            for rule in (FieldRule.CONFIRM, FieldRule.IGNORE)
        }

    def _others(self, given: dict[str, Any]) -> QuerySet[Campaign]:
        overlap = Q(starts_on__lte=given["ends_on"], ends_on__gte=given["starts_on"])
        found = Campaign.objects.filter(
            overlap, institution=given["institution"], entry_year=given["entry_year"]
        )
        return found.exclude(pk=self._campaign.pk) if self._campaign else found
