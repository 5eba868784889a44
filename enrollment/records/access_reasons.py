"""Why a member of staff opens a record; see accounts.privacy (SECURITY T12)."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _


class ViewingReason(models.TextChoices):
    """The usual reasons; the student reads the chosen one."""

    REPORT = "处理学生反馈", _("Dealing with a report of the student")
    VISIT = "学生到访", _("The student is here or on the phone")
    CHECK = "核对学籍数据", _("Checking the registry's data")
    REMIND = "督促核对", _("Seeing who has not checked")
    OTHER = "", _("Another reason")


class ViewingReasonForm(forms.Form):
    """One of the usual reasons, or words of one's own."""

    hide_optional = True

    reason = forms.ChoiceField(
        label=_("What do you need it for?"),
        choices=ViewingReason.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    words = forms.CharField(label=_("Another reason"), max_length=100, required=False)

    def clean(self) -> dict[str, str]:
        """Something must be said."""
        given: dict[str, str] = super().clean() or {}
        if not given.get("reason") and not given.get("words"):
            self.add_error("words", _("Say why."))
        return given

    @property
    def text(self) -> str:
        """The reason as it is kept and shown to the student."""
        given: dict[str, str] = self.cleaned_data
        return given["words"] or given["reason"]


def reason_label(text: str) -> str:
    """A reason as the reader's language has it; words of one's own as they are."""
    return str(ViewingReason(text).label) if text in ViewingReason else text
