"""One form for everything a student has objected to; a report is opened for each cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.limits.rate_limits import try_consume
from accounts.models import User
from enrollment.fields.catalogue import BY_NAME, is_in_chinese, report_cause
from enrollment.fields.display import beside, value_of
from enrollment.files.evidence import EvidenceFault, EvidenceFaultError
from enrollment.identity.number import mask_middle
from enrollment.models import StudentRecord
from enrollment.records.sealed import certificate_number
from support.models import Cause, Report
from support.reports.causes import NAMES_A_FIELD, needs_no_report
from support.reports.forms import evidence_field
from support.reports.services import Statement, TooLateError, open_report

_PREFIX = "correct_"


class WrongFieldsForm(forms.Form):
    """What each of ``names`` should be, below what the registry says; words and files for all.

    Who knows the right value of one of them alone fills in that one.
    """

    words = forms.CharField(
        label=gettext_lazy("Anything else your school should know"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = evidence_field()

    def __init__(self, *args: object, names: Sequence[str], record: StudentRecord) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._names = names
        for name in names:
            self.fields[_PREFIX + name] = _correct_field(name, record)
        self.order_fields([*(_PREFIX + name for name in names), "words", "evidence"])

    def clean(self) -> dict[str, Any]:
        """Require one of the values."""
        given = super().clean() or {}
        boxes = [_PREFIX + name for name in self._names]
        if not any(given.get(box) or self.has_error(box) for box in boxes):
            self.add_error(boxes[0], _("Enter what one of the items should be."))
        return given

    @property
    def statements(self) -> dict[Cause, Statement]:
        """What to report of the items filled in, by cause. Only for a valid form."""
        names: dict[Cause, list[str]] = {}
        for name in self._names:
            if self.cleaned_data[_PREFIX + name]:
                names.setdefault(Cause(report_cause(name)), []).append(name)
        return {cause: self._statement(cause, those) for cause, those in names.items()}

    def _statement(self, cause: Cause, names: Sequence[str]) -> Statement:
        given = self.cleaned_data
        words, evidence = given["words"], given["evidence"]
        if cause in NAMES_A_FIELD:
            return Statement(words, correct=given[_PREFIX + names[0]], evidence=evidence)
        lines = [f"{BY_NAME[name].label}{_(': ')}{given[_PREFIX + name]}" for name in names]
        return Statement("\n".join([*lines, words]).strip(), evidence=evidence)


@dataclass(frozen=True)
class Sent:
    """The reports that were sent, and the error that kept the next from being sent, if any."""

    reports: Sequence[Report]
    error: EvidenceFaultError | TooLateError | None = None


def open_reports(*, account: User, record: StudentRecord, form: WrongFieldsForm) -> Sent:
    """Send a report for each cause of the valid ``form``, up to the first that is refused.

    Each keeps the files of its own, so that each counts for the quota of the account; the form
    itself has counted for the first.
    """
    sent: list[Report] = []
    for cause, statement in form.statements.items():
        try:
            if sent and statement.evidence and not try_consume("evidence", f"account:{account.pk}"):
                raise EvidenceFaultError(EvidenceFault.MUCH)
            sent.append(
                open_report(account=account, cause=cause, statement=statement, record=record)
            )
        except (EvidenceFaultError, TooLateError) as error:
            return Sent(sent, error)
    return Sent(sent)


def to_report(names: Sequence[str], record: StudentRecord) -> list[str]:
    """Those of the fields ``names`` that the school has not said to leave for now."""
    return [name for name in names if not needs_no_report(Cause(report_cause(name)), record)]


def _correct_field(name: str, record: StudentRecord) -> forms.CharField:
    value = _value(name, record)
    language = ' lang="zh-Hans"' if value and is_in_chinese(name) else ""
    pattern = f"{{}}<span{language}>{{}}</span>"
    return forms.CharField(
        label=_("%(field)s: what it should be") % {"field": BY_NAME[name].label},
        help_text=format_html(pattern, _("The registry says") + _(": "), value or "—"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _value(name: str, record: StudentRecord) -> str:
    if name == "certificate_number":
        return mask_middle(certificate_number(record))
    value = value_of(BY_NAME[name], record)
    return date_format(value) if isinstance(value, date) else beside(name, value or "")
