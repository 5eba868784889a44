"""Forms for choosing and answering security questions."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Question
from accounts.recovery import security_questions


class AnswerForm(forms.Form):
    """The answer to one of the account's security questions."""

    question = forms.ChoiceField(label=_("Question"))
    answer = forms.CharField(
        label=pgettext_lazy("security question", "Answer"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, asked: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["question"])
        field.choices = [(question.value, question.label) for question in asked]


class QuestionsForm(forms.Form):
    """Three questions and their answers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, security_questions.NUMBER + 1):
            self.fields[f"question{number}"] = forms.ChoiceField(
                label=_("Question %(number)s") % {"number": number},
                choices=[("", _("Please choose")), *Question.choices],
            )
            self.fields[f"answer{number}"] = forms.CharField(
                label=_("Answer %(number)s") % {"number": number},
                max_length=100,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    @property
    def answers(self) -> dict[Question, str]:
        """The chosen questions and answers. Valid forms only."""
        numbers = range(1, security_questions.NUMBER + 1)
        values = self.cleaned_data
        return {Question(values[f"question{n}"]): values[f"answer{n}"] for n in numbers}

    def clean(self) -> None:
        """Check that questions and answers differ and that no answer is too short."""
        seen: set[str] = set()
        for number in range(1, security_questions.NUMBER + 1):
            question, answer = f"question{number}", f"answer{number}"
            chosen = self.cleaned_data.get(question, "")
            if chosen and chosen in seen:
                self.add_error(question, _("You have chosen this question already."))
            text = security_questions.normalise(self.cleaned_data.get(answer, ""))
            if text and text in seen:
                self.add_error(answer, _("Please give each question an answer of its own."))
            elif answer in self.cleaned_data and len(text) < security_questions.MIN_LENGTH:
                self.add_error(answer, _("At least two letters, digits or Chinese characters."))
            seen |= {chosen, text}
