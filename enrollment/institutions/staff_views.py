"""Pages of an institution's staff, and of the operator's appointments."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_role
from accounts.models import User
from accounts.reason_form import ReasonForm
from accounts.roles import Role
from accounts.sign_in.admission import issue_code
from enrollment.institutions import assignment_file, staff
from enrollment.institutions.reviews.services import reviews_visible_to
from enrollment.institutions.staff_forms import AppointmentForm, EndSessionsForm
from enrollment.models import Institution, InstitutionRegistrar
from enrollment.queries import institutions_of


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List the staff of the registrar's institutions with their classes."""
    user = require_role(request, Role.REGISTRAR)
    schools = institutions_of(user)
    context = {
        "people": staff.staff_of(schools),
        "may_receive_code": set(staff.may_receive_code_from(user)),
        "schools": schools,
        "reviews": reviews_visible_to(user),
    }
    return render(request, "enrollment/institutions/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def dismiss_counselor(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw the role of a counselor, with a reason."""
    user = require_role(request, Role.REGISTRAR)
    schools = institutions_of(user)
    within = staff.staff_of(schools).filter(role_grants__role=Role.COUNSELOR)
    account = get_object_or_404(within, key=key)
    if staff.offices_elsewhere(schools).filter(user=account).exists():
        messages.error(request, _("Counselor at another institution too: end each class."))
        return redirect("registry:people")
    return _dismissal(request, user, account, Role.COUNSELOR, back="registry:people")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def appointments(request: HttpRequest) -> HttpResponse:
    """List registrars and auditors, and appoint one; for the operator."""
    operator = _operator(request)
    form = AppointmentForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            staff.appoint(
                who=given["login"],
                role=Role(given["role"]),
                institution=given["institution"],
                reason=given["reason"],
                by=operator,
            )
        except assignment_file.StaffingError as error:
            form.add_error("login", error.problems[0].fault.label)
        else:
            messages.success(request, _("Appointed. It takes effect once they accept."))
            return redirect("registry:appointments")
    registrars = InstitutionRegistrar.objects.select_related("user", "institution")
    context = {
        "form": form,
        "registrars": registrars.order_by("institution__code", "pk"),
        "reviews": reviews_visible_to(operator),
        "auditors": User.objects.filter(role_grants__role=Role.AUDITOR).order_by("pk"),
    }
    return render(request, "enrollment/institutions/appointments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def dismiss_registrar(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """Dismiss a registrar from one institution, with a reason; for the operator."""
    operator = _operator(request)
    links = InstitutionRegistrar.objects.select_related("user", "institution")
    link = get_object_or_404(links, user__key=key, institution__code=code)
    back, school = "registry:appointments", link.institution
    return _dismissal(request, operator, link.user, Role.REGISTRAR, back=back, institution=school)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def dismiss_auditor(request: HttpRequest, key: str) -> HttpResponse:
    """Dismiss an auditor, with a reason; for the operator."""
    operator = _operator(request)
    account = get_object_or_404(User, key=key, role_grants__role=Role.AUDITOR)
    return _dismissal(request, operator, account, Role.AUDITOR, back="registry:appointments")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def staff_code(request: HttpRequest, key: str) -> HttpResponse:
    """Issue a staff member a code for setting up the second factor; it is shown once.

    The operator issues codes to all staff, a registrar to counselors of the institution
    who have no other role.
    """
    user = request.user
    if not isinstance(user, User):
        raise Http404
    account = get_object_or_404(staff.may_receive_code_from(user), key=key)
    form = ReasonForm(request.POST or None)
    code = ""
    if form.is_valid():
        code = issue_code(account=account, by=user, reason=form.cleaned_data["reason"])
    back = reverse("registry:appointments" if user.is_superuser else "registry:people")
    context = {"account": account, "form": form, "code": code, "back": back}
    return render(request, "enrollment/institutions/staff_code.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End all sessions of an account, with a reason; for the operator."""
    operator = _operator(request)
    form = EndSessionsForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        ended = staff.end_sessions(account=given["account"], reason=given["reason"], by=operator)
        messages.success(request, _("Sessions ended: %(count)s.") % {"count": ended})
        return redirect("registry:end_sessions")
    return render(request, "enrollment/institutions/end_sessions.html", {"form": form})


def _dismissal(
    request: HttpRequest,
    by: User,
    account: User,
    role: Role,
    *,
    back: str,
    institution: Institution | None = None,
) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        staff.dismiss(
            account=account, role=role, institution=institution, by=by, **form.cleaned_data
        )
        messages.success(request, pgettext("office", "Withdrawn."))
        return redirect(back)
    context = {
        "account": account,
        "role": role,
        "institution": institution,
        "form": form,
        "back": reverse(back),
    }
    return render(request, "enrollment/institutions/dismiss.html", context)


def _operator(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.is_superuser:
        raise Http404
    return user
