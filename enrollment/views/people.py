"""People and their roles: staff of an institution, and appointments by the operator."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import RoleGrant, User
from accounts.roles import Role
from enrollment import staffing
from enrollment.models import Institution, InstitutionRegistrar
from enrollment.queries import institutions_of
from enrollment.staffing_forms import AppointmentForm, ReasonForm
from enrollment.views.access import registrar


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who works for my institutions, and for which classes."""
    schools = institutions_of(registrar(request))
    context = {"people": staffing.staff_of(schools), "schools": schools}
    return render(request, "enrollment/staffing/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def dismiss_counselor(request: HttpRequest, key: str) -> HttpResponse:
    """Take the counselor's role away, with a reason."""
    user = registrar(request)
    schools = institutions_of(user)
    within = staffing.staff_of(schools).filter(role_grants__role=Role.COUNSELOR)
    account = get_object_or_404(within, key=key)
    outside = account.counselor_of.exclude(school_class__institution__in=schools)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        if outside.exists():
            messages.error(request, _("Counselor at another institution too: end each class."))
        else:
            staffing.dismiss(
                account=account,
                role=Role.COUNSELOR,
                institution=None,
                reason=form.cleaned_data["reason"],
                by=user,
            )
            messages.success(request, _("Withdrawn."))
        return redirect("registry:people")
    context = {"account": account, "role": Role.COUNSELOR, "form": form}
    return render(request, "enrollment/staffing/dismiss.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def appointments(request: HttpRequest) -> HttpResponse:
    """The operator sees registrars and auditors, and appoints them."""
    operator = _operator(request)
    form = AppointmentForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            staffing.appoint(
                account=given["login"],
                role=Role(given["role"]),
                institution=given["institution"],
                reason=given["reason"],
                by=operator,
            )
        except staffing.StaffingError as error:
            form.add_error("login", error.problems[0].fault.label)
        else:
            messages.success(request, _("Appointed."))
            return redirect("registry:appointments")
    registrars = InstitutionRegistrar.objects.select_related("user", "institution")
    context = {
        "form": form,
        "registrars": registrars.order_by("institution__code", "pk"),
        "auditors": User.objects.filter(role_grants__role=Role.AUDITOR).order_by("pk"),
    }
    return render(request, "enrollment/staffing/appointments.html", context)


@require_POST
@reauthentication_required
def dismiss(request: HttpRequest, key: str, role: str) -> HttpResponse:
    """The operator takes a role away; the reason stands in the trail."""
    operator = _operator(request)
    if role not in (Role.REGISTRAR, Role.AUDITOR):
        raise Http404
    account = get_object_or_404(User, key=key)
    get_object_or_404(RoleGrant, user=account, role=role)
    code = request.POST.get("institution", "")
    institution = Institution.objects.filter(code=code).first() if code else None
    staffing.dismiss(
        account=account,
        role=Role(role),
        institution=institution,
        reason=request.POST.get("reason", "")[:200],
        by=operator,
    )
    messages.success(request, _("Withdrawn."))
    return redirect("registry:appointments")


def _operator(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.is_superuser:
        raise Http404
    return user
