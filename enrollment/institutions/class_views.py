"""Pages of classes and their counselors."""

import shutil
import tempfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_role
from accounts.models import User
from accounts.roles import Role
from enrollment import offices
from enrollment.files.faults import FileFaultError
from enrollment.institutions import assignment_file, classes, counselors
from enrollment.institutions.staff_forms import (
    AssignmentFileForm,
    ClassForm,
    CounselorForm,
    NewClassForm,
)
from enrollment.models import SchoolClass
from enrollment.queries import institutions_of

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def class_list(request: HttpRequest) -> HttpResponse:
    """List the classes of the registrar's institutions with their counselors; POST adds one."""
    user = require_role(request, Role.REGISTRAR)
    schools = institutions_of(user)
    form = NewClassForm(request.POST or None, schools=schools)
    if request.method == "POST" and form.is_valid():
        try:
            made = classes.make_class(by=user, **form.cleaned_data)
        except IntegrityError:
            form.add_error("code", _("There is a class of this name already."))
        else:
            return redirect("registry:class", made.pk)
    return _list(request, form, CounselorForm())


@require_POST
@reauthentication_required
def assign_many(request: HttpRequest) -> HttpResponse:
    """Assign one counselor to all classes that are ticked, on all of them or none."""
    user = require_role(request, Role.REGISTRAR)
    schools = institutions_of(user)
    keys = [key for key in request.POST.getlist("classes") if key.isascii() and key.isdigit()]
    chosen = list(classes.classes_managed_by(schools).filter(pk__in=[key[:9] for key in keys]))
    form = CounselorForm(request.POST)
    if not chosen:
        form.add_error(None, _("Tick at least one class."))
    if form.is_valid():
        try:
            _assign(chosen, form, user)
        except assignment_file.StaffingError as error:
            form.add_error("login", error.problems[0].fault.label)
        else:
            words = ngettext(
                "Assigned to %(number)d class. New people are asked to accept first.",
                "Assigned to %(number)d classes. New people are asked to accept first.",
                len(chosen),
            )
            messages.success(request, words % {"number": len(chosen)})
            return redirect(f"{reverse('registry:classes')}?{request.GET.urlencode()}")
    return _list(request, NewClassForm(schools=schools), form)


def _list(request: HttpRequest, form: NewClassForm, assignment: CounselorForm) -> HttpResponse:
    """The classes that the address asks for, with a form for a new one and one to assign."""
    schools = institutions_of(require_role(request, Role.REGISTRAR))
    words = request.GET.get("q", "").strip()[:50]
    found = classes.classes_managed_by(schools).filter(code__icontains=words)
    unassigned = request.GET.get("counselor") == "none"
    if unassigned:
        found = found.filter(offices.without_counselor("pk"))
    page = Paginator(found.prefetch_related(offices.with_counselors()), PER_PAGE)
    context = {
        "form": form,
        "assignment": assignment,
        "ticked": request.POST.getlist("classes"),
        "page": page.get_page(request.GET.get("page")),
        "words": words,
        "unassigned": unassigned,
    }
    return render(request, "enrollment/institutions/classes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one_class(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one class with its counselors; POST changes its name and college."""
    school_class = _managed(request, pk)
    form = _class_form(school_class, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            classes.change_class(
                school_class=school_class,
                by=require_role(request, Role.REGISTRAR),
                **form.cleaned_data,
            )
        except IntegrityError:
            form.add_error("code", _("There is a class of this name already."))
        else:
            messages.success(request, _("Saved."))
            return redirect("registry:class", pk)
    return _page(request, school_class, form, CounselorForm())


@require_POST
@reauthentication_required
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign a counselor to the class, or invite a person who is new to the institution."""
    school_class = _managed(request, pk)
    form = CounselorForm(request.POST)
    if form.is_valid():
        try:
            _assign([school_class], form, require_role(request, Role.REGISTRAR))
        except assignment_file.StaffingError as error:
            form.add_error("login", error.problems[0].fault.label)
        else:
            messages.success(request, _("Assigned. New people are asked to accept first."))
            return redirect("registry:class", pk)
    return _page(request, school_class, _class_form(school_class), form)


@require_POST
@reauthentication_required
def withdraw(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Withdraw a counselor from the class, effective at once."""
    school_class = _managed(request, pk)
    account = get_object_or_404(User, key=key, counselor_of__school_class=school_class)
    counselors.withdraw_counselor(
        school_class=school_class, account=account, by=require_role(request, Role.REGISTRAR)
    )
    messages.success(request, pgettext("office", "Withdrawn."))
    return redirect("registry:class", pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a class without records."""
    school_class = _managed(request, pk)
    try:
        classes.remove_class(school_class=school_class, by=require_role(request, Role.REGISTRAR))
    except classes.ClassInUseError:
        messages.error(request, _("The class has records, so it cannot be deleted."))
        return redirect("registry:class", pk)
    messages.success(request, _("The class was deleted."))
    return redirect("registry:classes")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def assign_by_file(request: HttpRequest) -> HttpResponse:
    """Assign counselors by a file: all rows, or none and a list of problems by row."""
    user = require_role(request, Role.REGISTRAR)
    form = AssignmentFileForm(
        request.POST or None, request.FILES or None, schools=institutions_of(user)
    )
    problems: list[assignment_file.RowProblem] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            number = _assign_all(form, file, user)
        except assignment_file.StaffingError as error:
            problems = error.problems
        except FileFaultError as error:
            form.add_error("file", error.message)
        else:
            words = ngettext(
                "%(number)d assignment was made.", "%(number)d assignments were made.", number
            )
            messages.success(request, words % {"number": number})
            return redirect("registry:classes")
    context = {"form": form, "problems": problems}
    return render(request, "enrollment/institutions/file.html", context)


def _assign(chosen: Sequence[SchoolClass], form: CounselorForm, user: User) -> None:
    given = form.cleaned_data
    counselors.assign_counselors(
        classes=chosen, who=given["login"], last_day=given["last_day"], by=user
    )


def _assign_all(form: AssignmentFileForm, file: BinaryIO, user: User) -> int:
    # The spreadsheet readers need a real file, and close it.
    copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115
    shutil.copyfileobj(file, copy)
    return counselors.assign_from_file(
        institution=form.cleaned_data["institution"], source=copy, name=str(file.name), by=user
    )


def _class_form(school_class: SchoolClass, data: QueryDict | None = None) -> ClassForm:
    known = {"code": school_class.code, "college": school_class.college}
    return ClassForm(data, initial=known)


def _managed(request: HttpRequest, pk: int) -> SchoolClass:
    schools = institutions_of(require_role(request, Role.REGISTRAR))
    return get_object_or_404(classes.classes_managed_by(schools), pk=pk)


def _page(
    request: HttpRequest, school_class: SchoolClass, form: ClassForm, assignment: CounselorForm
) -> HttpResponse:
    invited = school_class.appointments.filter(answered_at=None)
    context = {
        "school_class": school_class,
        "form": form,
        "assignment": assignment,
        "invited": invited.annotate(has_ended=offices.HAS_ENDED).order_by("pk"),
        "counselors": offices.all_counselors().filter(school_class=school_class),
    }
    return render(request, "enrollment/institutions/class.html", context)
