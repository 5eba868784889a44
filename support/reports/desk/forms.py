"""Forms of the list of reports: one act on many, finding one, the rhythm of the digest."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from support.models import Rhythm


class StaffForm(forms.Form):
    """One act on the reports that are chosen, singly or as groups of a cause and class."""

    ACTS = (
        ("answer", _("Answer")),
        ("ask", _("Ask back")),
        ("hand_on", _("Pass to the registrar")),
        ("merge", _("Merge")),
    )
    act = forms.ChoiceField(choices=ACTS)
    ready = forms.ChoiceField(label=_("Ready answer"), required=False)
    words = forms.CharField(
        label=_("What the students read"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reports = forms.TypedMultipleChoiceField(required=False)
    groups = forms.MultipleChoiceField(required=False)

    def __init__(
        self,
        *arguments: object,
        keys: Iterable[str],
        groups: Iterable[str] = (),
        ready: Iterable[str] = (),
        **named: object,
    ) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        for name, values in (("reports", keys), ("groups", groups)):
            self.fields[name].choices = [(value, value) for value in values]  # type: ignore[attr-defined]
        answers = [("", _("None: I will write my own")), *((text, text) for text in ready)]
        self.fields["ready"].choices = answers  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """Something is chosen; handing on needs no words, answering and asking do."""
        given = super().clean() or {}
        if not self.errors and not given.get("reports") and not given.get("groups"):
            self.add_error("reports", _("Tick at least one report."))
        if given.get("act") in ("answer", "ask") and not self.text:
            self.add_error("words", _("Write what the students should read."))
        return given

    @property
    def text(self) -> str:
        """The ready answer and what was written beside it."""
        given = self.cleaned_data
        return "\n".join(part for part in (given.get("ready"), given.get("words")) if part)

    @property
    def first_ready(self) -> str:
        """The answer that fits most often; "" where none is ready."""
        choices = list(self.fields["ready"].choices)  # type: ignore[attr-defined]
        return str(choices[1][0]) if len(choices) > 1 else ""


class FindForm(forms.Form):
    """Whose report is looked for. It travels in the body: no address names anybody."""

    find = forms.CharField(
        label=_("Number of the report, student number or name"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RhythmForm(forms.Form):
    """How often the digest comes."""

    rhythm = forms.ChoiceField(
        label=_("Email about what is waiting for me"), choices=Rhythm.choices
    )
