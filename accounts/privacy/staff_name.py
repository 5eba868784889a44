"""The page on which a member of staff enters their name and office."""

import unicodedata

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.models import User
from accounts.sessions.recent_proof import require_recent_proof
from accounts.text import is_ideograph, tidy
from audit.services import record_action


class StaffNameForm(forms.Form):
    """Name and office, as colleagues, students and auditors read them."""

    staff_name = forms.CharField(label=gettext_lazy("Name"), max_length=50)
    staff_office = forms.CharField(label=gettext_lazy("Office"), max_length=100, required=False)

    def clean_staff_name(self) -> str:
        """The name as it is seen. Raises ValidationError where nothing is seen."""
        if name := _seen(self.cleaned_data["staff_name"]):
            return name
        raise forms.ValidationError(self.fields["staff_name"].error_messages["required"])

    def clean_staff_office(self) -> str:
        """The office without invisible characters."""
        return _seen(self.cleaned_data["staff_office"])


@require_http_methods(["GET", "HEAD", "POST"])
def staff_name(request: HttpRequest) -> HttpResponse:
    """Enter or change one's name and office, after re-authentication; 404 for students."""
    account = signed_in(request)
    if account.is_student:
        raise Http404
    known = {"staff_name": account.staff_name, "staff_office": account.staff_office}
    if request.method == "POST":
        require_recent_proof(request)
    form = StaffNameForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        _rename(account, form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("desk")
    return render(request, "accounts/privacy/staff_name.html", {"form": form})


def _seen(text: str) -> str:
    """``text`` without characters that make it look like another text, or like none."""
    return "".join(
        # Python may know fewer ideographs than Unicode has; they are of no category then.
        one
        for one in tidy(text)
        if unicodedata.category(one)[0] != "C" or is_ideograph(one)
    )


@transaction.atomic
def _rename(account: User, name: dict[str, str]) -> None:
    """Save the name. The trail has it too: past acts are shown under the name of today."""
    User.objects.filter(pk=account.pk).update(**name)
    record_action(
        action="accounts.name_staff",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
    )
