"""Why a member of staff opens a record; see accounts.privacy (threat T12)."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AccessReason(models.TextChoices):
    """The usual reasons for opening a record; the student reads the chosen one."""

    REPORT = "处理学生反馈", _("Dealing with a report of the student")
    VISIT = "学生到访", _("The student is here or on the phone")
    CHECK = "核对学籍数据", _("Checking the registry's data")
    REMIND = "督促核对", _("Seeing who has not checked")
    OTHER = "other", _("Another reason")  # never stored: its words are


class AccessReasonForm(forms.Form):
    """One of the usual reasons, or a reason in free text."""

    hide_optional = True

    reason = forms.ChoiceField(
        label=_("What do you need it for?"),
        choices=AccessReason.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    words = forms.CharField(label=_("Another reason"), max_length=100, required=False)
    for_all = forms.BooleanField(
        label=_("Use this reason for everything I open in the next hour"), required=False
    )

    def clean(self) -> dict[str, str]:
        """Require a reason: a chosen one or free text."""
        given: dict[str, str] = super().clean() or {}
        reason = given.get("reason")
        if not given.get("words") and reason in ("", AccessReason.OTHER):
            self.add_error("words" if reason else "reason", _("Say why."))
        return given

    @property
    def text(self) -> str:
        """The reason as stored and shown to the student."""
        given: dict[str, str] = self.cleaned_data
        return given["words"] or given["reason"]


def reason_label(text: str) -> str:
    """A usual reason translated into the reader's language; free text unchanged."""
    return str(AccessReason(text).label) if text in AccessReason else text


def ask_why(request: HttpRequest, key: UUID) -> HttpResponseRedirect:
    """Lead to the page that asks why the record ``key`` is opened, and from there back here."""
    asking = reverse("registry:viewing_reason", args=[key])
    return HttpResponseRedirect(f"{asking}?{urlencode({'next': request.path})}")
