"""Forms for disputes and for face-to-face help."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.languages.widgets import ChineseSelect
from enrollment.files.evidence import EvidenceField
from enrollment.queries import schools_with_registrars
from verification.disputes import Statement
from verification.models import Decision

EVIDENCE_HINT = _(
    "Student card, admission letter, identity card: up to five pictures or PDFs, 10 MB each. "
    "Only the school sees them; they are deleted some months after the decision."
)


class StatementForm(forms.Form):
    """What one side writes and attaches."""

    words = forms.CharField(
        label=_("What happened"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    evidence = EvidenceField(label=_("Supporting files"), help_text=EVIDENCE_HINT, required=False)

    @property
    def statement(self) -> Statement:
        """The statement. Valid forms only."""
        given = self.cleaned_data
        school = given.get("institution")
        return Statement(
            words=given["words"],
            evidence=given["evidence"],
            classmates=given.get("classmates", "").split(),
            school_code=school.code if school else "",
        )


class DisputeForm(StatementForm):
    """Opens a dispute; asks for the school if several use the portal."""

    institution = forms.ModelChoiceField(
        label=_("School"),
        queryset=schools_with_registrars(),
        empty_label=_("Choose your school"),
        widget=ChineseSelect,
    )
    classmates = forms.CharField(
        label=_("Classmates who know you"),
        help_text=_("One or two student numbers, with a space between. They are asked."),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["institution", "words", "evidence", "classmates"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if schools_with_registrars().count() < 2:  # then there is no choice
            del self.fields["institution"]


class DecisionForm(forms.Form):
    """The school's decision and its reason."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=Decision.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Both sides can read it."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AssistForm(forms.Form):
    """Opens a record for the student who shows a code."""

    code = forms.CharField(
        label=_("Code that the student shows"),
        help_text=_("Eight characters, on the page “No matching record” of the student's account."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    reason = forms.CharField(label=_("Why the student cannot do it alone"), max_length=200)
    seen = forms.BooleanField(
        label=_("I have seen the person and the certificate, and they match.")
    )


class RescueForm(AssistForm):
    """Recovers an account for the student who shows a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _(
            "Eight characters, on the page “Recover your account” on the student's phone."
        )
        self.fields["reason"].label = _("What was lost, and how")
