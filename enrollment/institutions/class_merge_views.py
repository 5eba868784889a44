"""The page that merges a class into another, mostly two spellings of one class."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import require_role
from accounts.roles import Role
from enrollment.institutions import classes
from enrollment.institutions.class_merge import look_alikes, merge_class, merge_targets
from enrollment.institutions.staff_forms import MergeForm
from enrollment.models import SchoolClass
from enrollment.queries import institutions_of


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the class to keep, see what moves, and merge."""
    user = require_role(request, Role.REGISTRAR)
    managed = classes.classes_managed_by(institutions_of(user))
    school_class = get_object_or_404(managed, pk=pk)
    alike = look_alikes(school_class)
    form = MergeForm(
        request.POST or None,
        targets=merge_targets(school_class),
        initial={"into": alike[0].pk if alike else None},
    )
    if request.method == "POST" and form.is_valid():
        into: SchoolClass = form.cleaned_data["into"]
        try:
            moved = merge_class(school_class=school_class, into=into, by=user)
        except SchoolClass.DoesNotExist as error:
            raise Http404 from error
        words = ngettext(
            "%(number)d record was moved and the class “%(code)s” was deleted.",
            "%(number)d records were moved and the class “%(code)s” was deleted.",
            moved,
        )
        messages.success(request, words % {"number": moved, "code": school_class.code})
        return redirect("registry:class", into.pk)
    context = {"school_class": school_class, "form": form, "alike": alike}
    return render(request, "enrollment/institutions/merge.html", context)
