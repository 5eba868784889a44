"""The province's approval, which a change of a locked field needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import tidy

MAX_DOCUMENT = 100
ENTER_NUMBER = _("Enter the number of the document.")


@dataclass(frozen=True)
class Approval:
    """The number and the date of the document by which the province approved a change."""

    document: str
    on: date


def read_approval(document: str, on: str) -> Approval:
    """The approval named by a program: the document's number, and its date as YYYY-MM-DD.

    Raises ValueError for a number in which nothing is read, one over 100 characters, no date, a
    date to come.
    """
    approval = Approval(_as_read(document), date.fromisoformat(on))
    if not 0 < len(approval.document) <= MAX_DOCUMENT or approval.on > timezone.localdate():
        raise ValueError(document)
    return approval


def _as_read(document: str) -> str:
    """The number as people read it; empty where it has neither a letter nor a digit."""
    shown = "".join(filter(str.isprintable, tidy(document)))
    return shown if any(map(str.isalnum, shown)) else ""


class _DocumentField(forms.CharField):
    def to_python(self, value: Any) -> str:
        """The number as people read it. Raises ValidationError where they read none."""
        typed = super().to_python(value) or ""
        if typed and not _as_read(typed):
            raise ValidationError(ENTER_NUMBER)
        return _as_read(typed)


def document_field(**given: Any) -> forms.CharField:
    """A field for the number of the document that allows a change, with arguments of its own."""
    return _DocumentField(
        max_length=MAX_DOCUMENT,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        **{"label": _("Number of the province's document"), **given},
    )


def date_field() -> forms.DateField:
    """A field for the date of the province's document."""
    return forms.DateField(
        label=_("Date of the province's document"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def require_approval(form: forms.Form, given: Mapping[str, Any]) -> None:
    """Add an error to each of ``document`` and ``approved_on`` that is missing or impossible."""
    if not given.get("document") and "document" not in form.errors:
        form.add_error("document", ValidationError(ENTER_NUMBER))
    on = given.get("approved_on")
    if "approved_on" in form.errors:
        return
    if on is None:
        form.add_error("approved_on", ValidationError(_("Enter the date of the document.")))
    elif on > timezone.localdate():
        form.add_error("approved_on", ValidationError(_("This date is in the future.")))
