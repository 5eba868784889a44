"""Forms of classes, counselors and appointments."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers.services import Identifier, owner_of, parse
from accounts.languages.widgets import ChineseSelect
from accounts.reason_form import ReasonForm
from accounts.roles import Role
from accounts.text import fold
from enrollment.institutions.forms import InstitutionForm
from enrollment.models import Institution, SchoolClass

UPLOAD_BYTES = 5 * 2**20


class ClassForm(forms.Form):
    """Name and college of a class."""

    code = forms.CharField(label=_("Class"), max_length=50)
    college = forms.CharField(label=_("College"), max_length=100, required=False)


class NewClassForm(InstitutionForm, ClassForm):
    """A new class at one of the registrar's institutions."""

    field_order = ("institution", "code", "college")


class MergeForm(forms.Form):
    """Choose the target of a merge, with a tick as confirmation."""

    into = forms.ModelChoiceField(
        label=_("Into which class"), queryset=SchoolClass.objects.none(), widget=ChineseSelect
    )
    sure = forms.BooleanField(label=_("All records move, and the other class is removed."))

    def __init__(self, *args: Any, targets: QuerySet[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for mypy
        field.queryset = targets


class AccountForm(forms.Form):
    """A person by exact contact or username, so that accounts cannot be browsed."""

    login = forms.CharField(
        label=_("Mobile number, email or username"),
        help_text=_("The person is told there, and accepts with an account that has it."),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_login(self) -> Identifier:
        """The contact or username; whether an account exists is not disclosed."""
        return parse(self.cleaned_data["login"])


class CounselorForm(AccountForm):
    """A person to be counselor, and until when; for the chosen classes."""

    last_day = forms.DateField(
        label=_("Last day"),
        help_text=_("For a deputy: the office ends by itself after this day. Empty: no end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_last_day(self) -> date | None:
        """The last day; it must not be over."""
        day: date | None = self.cleaned_data["last_day"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return day


class EndSessionsForm(AccountForm, ReasonForm):
    """End all sessions of an account; for the operator, who may know which accounts exist."""

    field_order = ("login", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].help_text = ""  # nobody is asked to accept

    def clean(self) -> dict[str, Any]:
        """Add the ``account`` that has the contact or username."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "login" in cleaned:
            owner = owner_of(cleaned["login"])
            if owner is None:
                self.add_error("login", _("No account has this contact or name."))
            else:
                cleaned["account"] = owner.account
        return cleaned


class AppointmentForm(AccountForm, ReasonForm):
    """Appoint a registrar of an institution, or an auditor."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in (Role.REGISTRAR, Role.AUDITOR)],
    )
    institution = forms.CharField(
        label=_("Institution code or name"),
        help_text=_("For a registrar: the five digits, or the full name."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("role", "login", "institution", "reason")

    def clean(self) -> dict[str, Any]:
        """Replace the code or name by its institution, which a registrar must have."""
        given = super().clean() or {}
        if given.get("role") == Role.REGISTRAR:
            text = given.get("institution", "")
            found = _institutions(text)
            if not text:
                self.add_error("institution", _("Enter the institution of the registrar."))
            elif len(found) != 1:
                self.add_error("institution", _("No single institution has this code or name."))
            given["institution"] = found[0] if len(found) == 1 else None
        else:
            given["institution"] = None
        return given


def _institutions(text: str) -> list[Institution]:
    """The institutions that have this code, or this name in any width, case and spacing."""
    typed = fold(text)
    names = Institution.objects.values_list("pk", "code", "name")
    same = [pk for pk, code, name in names if typed in (fold(code), fold(name))]
    return list(Institution.objects.filter(pk__in=same))


class AssignmentFileForm(InstitutionForm):
    """A file of classes and their counselors."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "XLSX or CSV with the columns 班级 and 辅导员 (email, mobile number or username); for "
            "deputies, 截止日期: an empty cell means no end. Without this column, last days stay."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )

    def clean_file(self) -> Any:
        """Reject files larger than UPLOAD_BYTES."""
        file = self.cleaned_data["file"]
        if file.size > UPLOAD_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return file
