"""Forms of reports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.languages.widgets import ChineseSelect
from enrollment.fields.catalogue import BY_NAME, LOCKED
from enrollment.files.evidence import EvidenceField
from enrollment.queries import schools_with_registrars
from enrollment.records.corrections.approvals import (
    ENTER_NUMBER,
    Approval,
    date_field,
    document_field,
    require_approval,
)
from enrollment.records.corrections.services import ProvinceAnswer
from enrollment.records.corrections.values import CORRECTABLE, Change
from support.models import Cause
from support.reports.causes import NAMES_A_FIELD
from support.reports.services import Statement


def evidence_field() -> EvidenceField:
    """Files that show it, if there are any."""
    return EvidenceField(
        label=_("Supporting files"),
        help_text=_(
            "Up to five pictures or PDFs, 10 MB each: identity card, admission letter. Only your "
            "school sees them; they are deleted some months after the answer."
        ),
        required=False,
    )


class WordsForm(forms.Form):
    """A few sentences."""

    words = forms.CharField(
        label=_("Your message"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    evidence = evidence_field()


class ReportForm(forms.Form):
    """What is wrong with a record that is known."""

    correct = forms.CharField(label=_("What it should be"), max_length=100)
    words = forms.CharField(
        label=_("What is wrong"),
        help_text=_("Say how it differs and what document shows it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    evidence = evidence_field()

    def __init__(self, *arguments: object, cause: Cause, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        if cause not in NAMES_A_FIELD:
            del self.fields["correct"]

    @property
    def statement(self) -> Statement:
        """What was written. Only for a valid form."""
        given = self.cleaned_data
        return Statement(
            words=given["words"],
            correct=given.get("correct", ""),
            name=given.get("name", ""),
            evidence=given["evidence"],
        )


class NoRecordReportForm(ReportForm):
    """The same from an account without a record: it names its school."""

    institution = forms.ModelChoiceField(
        label=_("School"),
        queryset=schools_with_registrars(),
        empty_label=_("Choose your school"),
        widget=ChineseSelect,
    )
    name = forms.CharField(
        label=_("Name"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    class_code = forms.CharField(
        label=_("Class"),
        help_text=_("As on your timetable. With it your counselor sees the report at once."),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"list": "classes", "autocomplete": "off"}),
    )
    field_order = ["institution", "name", "class_code"]


class CorrectionForm(forms.Form):
    """The registrar corrects what a report says is wrong."""

    field = forms.ChoiceField(
        label=_("Field"),
        choices=[
            ("", _("Choose the field")),
            *((name, BY_NAME[name].label) for name in CORRECTABLE),
        ],
    )
    value = forms.CharField(
        label=_("New value"),
        help_text=_(
            "A certificate number may change by one wrong digit. If it becomes another one, or the "
            "name changes too, the record leaves the student's account."
        ),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    document = document_field()
    approved_on = date_field()
    words = forms.CharField(
        label=_("What the student reads"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def change(self) -> Change:
        """What was asked for. Only for a valid form."""
        given = self.cleaned_data
        approval = None
        if given["field"] in LOCKED and given["document"]:
            approval = Approval(given["document"], given["approved_on"])
        return Change(given["field"], given["value"], given["document"], approval)

    def clean(self) -> dict[str, Any]:
        """Require number and date together where a locked field is approved already."""
        given = super().clean() or {}
        named = given.get("document") or given.get("approved_on")
        if given.get("field") in LOCKED and named:
            require_approval(self, given)
        return given


class AnswerButtons(forms.RadioSelect):
    """A button for each choice, which also sends the form."""

    template_name = "support/reports/answer_buttons.html"


class ResultForm(forms.Form):
    """What the province has answered."""

    field_order = ["document", "on", "accepted"]

    accepted = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("yes", _("Agreed: correct the record")), ("no", _("Refused"))],
        coerce=lambda answer: answer == "yes",
        widget=AnswerButtons,
    )
    document = document_field()
    on = forms.DateField(
        label=_("Date of the answer"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """An approval has the number of its document."""
        given = super().clean() or self.cleaned_data
        if given.get("accepted") and not given.get("document"):
            self.add_error("document", ENTER_NUMBER)
        return given

    @property
    def answer(self) -> ProvinceAnswer:
        """What was entered. Only for a valid form."""
        given = self.cleaned_data
        return ProvinceAnswer(given["accepted"], given["on"], given["document"])
