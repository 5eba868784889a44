"""What auditors ask the trail: whose record, which member of staff, which acts, when."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.queries import EntryFilter
from enrollment.identity.name import InvalidNameError, canonical_name
from enrollment.models import StudentRecord
from support.models import Report
from xuejiportal.audit_pages.act_names import acts_in_groups
from xuejiportal.audit_pages.people import find_accounts

Row = TypeVar("Row", bound=models.Model)
# A day beside the first or last that a date can be has none before or after it.
_IN_TIME = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1)))


class Question(models.TextChoices):
    """The three questions of auditors."""

    RECORD = "record", _("Who looked at a student’s record?")
    PERSON = "person", _("What did a member of staff do?")
    ACTS = "acts", _("What happened in a period?")


class TrailForm(forms.Form):
    """Which entries are wanted. It travels in the address, which holds keys and never names."""

    hide_optional = True
    question = forms.ChoiceField(choices=Question.choices, required=False, widget=forms.HiddenInput)
    record = forms.UUIDField(required=False, widget=forms.HiddenInput)
    by = forms.UUIDField(required=False, widget=forms.HiddenInput)
    action = forms.ChoiceField(
        label=_("Act"), choices=lambda: [("", _("All")), *acts_in_groups()], required=False
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        validators=_IN_TIME,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        validators=_IN_TIME,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    institution_code = forms.CharField(label=_("Institution code"), max_length=5, required=False)

    def clean_record(self) -> StudentRecord | None:
        """The record with this key."""
        return _by_key(
            StudentRecord.objects.select_related("school_class", "institution"),
            self.cleaned_data["record"],
            str(_("There is no such record any more.")),
        )

    def clean_by(self) -> User | None:
        """The account with this key."""
        return _by_key(User.objects.all(), self.cleaned_data["by"], str(_("No such account.")))

    @property
    def question_asked(self) -> Question:
        """The question, by what is given where none is named."""
        given = self.cleaned_data
        if given.get("question"):
            return Question(given["question"])
        if given.get("record"):
            return Question.RECORD
        return Question.PERSON if given.get("by") else Question.ACTS

    @property
    def is_complete(self) -> bool:
        """Whether it is known whose entries are wanted; without that none are shown."""
        needs = {Question.RECORD: "record", Question.PERSON: "by"}.get(self.question_asked)
        return needs is None or bool(self.cleaned_data.get(needs))

    @property
    def is_narrowed(self) -> bool:
        """Whether a period, an act or an institution is given."""
        given = self.cleaned_data
        return any(given[name] for name in ("action", "since", "until", "institution_code"))

    @property
    def wanted(self) -> EntryFilter:
        """The filter. Only for a valid form."""
        given = self.cleaned_data
        return EntryFilter(
            actor_id=given["by"].pk if given["by"] else None,
            actions=[given["action"]] if given["action"] else (),
            subjects=subjects_of(given["record"]) if given["record"] else (),
            institution_code=given["institution_code"],
            since=given["since"],
            until=given["until"],
        )


class FindForm(forms.Form):
    """Whose entries are wanted. It travels in the body: no address names anybody."""

    hide_optional = True
    student = forms.CharField(
        label=_("Student number, certificate number or full name"), max_length=60, required=False
    )
    staff = forms.CharField(
        label=_("Name, email, mobile number or username"), max_length=254, required=False
    )

    def clean_student(self) -> str:
        """A number or a name. Raises ValidationError for hidden characters."""
        words: str = self.cleaned_data["student"]
        if not words:
            return ""
        try:
            canonical_name(words)
        except InvalidNameError as error:
            raise forms.ValidationError(error.fault.label) from error
        return words

    def clean_staff(self) -> list[User]:
        """The accounts with this contact, username or name."""
        typed = self.cleaned_data["staff"]
        return find_accounts(typed) if typed else []


def periods() -> list[tuple[str, str, str]]:
    """The usual periods: title, first and last day."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    days = [
        (_("Today"), today, today),
        (_("This week"), monday, today),
        (_("Last week"), monday - timedelta(days=7), monday - timedelta(days=1)),
        (_("This month"), today.replace(day=1), today),
    ]
    return [(str(title), first.isoformat(), last.isoformat()) for title, first, last in days]


def subjects_of(record: StudentRecord) -> Sequence[tuple[str, str]]:
    """The subjects of trail entries about this record: itself, its reports, its class."""
    reports = Report.objects.filter(record=record).values_list("key", flat=True)
    own = [("record", str(record.key)), *(("report", str(key)) for key in reports)]
    return [*own, ("class", str(record.school_class_id))] if record.school_class_id else own


def _by_key(rows: models.QuerySet[Row], key: UUID | None, words: str) -> Row | None:
    if key is None:
        return None
    found = rows.filter(key=key).first()
    if found is None:
        raise forms.ValidationError(words)
    return found
