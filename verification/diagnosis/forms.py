"""Form of the diagnosis."""

from typing import Any

from django import forms

from verification.diagnosis.questions import Question


class DiagnosisForm(forms.Form):
    """The choices of one question."""

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"] = forms.ChoiceField(
            label=str(question.text),
            choices=[(choice.name, choice.label) for choice in question.choices],
            widget=forms.RadioSelect,
        )
