"""The page on which a member of staff enters their name and office."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.models import User


class StaffNameForm(forms.Form):
    """Name and office, as colleagues, students and auditors read them."""

    staff_name = forms.CharField(label=gettext_lazy("Name"), max_length=50)
    staff_office = forms.CharField(label=gettext_lazy("Office"), max_length=100, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def staff_name(request: HttpRequest) -> HttpResponse:
    """Enter or change one's name and office; 404 for students."""
    account = signed_in(request)
    if account.is_student:
        raise Http404
    known = {"staff_name": account.staff_name, "staff_office": account.staff_office}
    form = StaffNameForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=account.pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("desk")
    return render(request, "accounts/privacy/staff_name.html", {"form": form})
