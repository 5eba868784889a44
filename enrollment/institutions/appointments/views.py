"""Pages to answer an appointment, and to withdraw one."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_role, signed_in
from accounts.roles import Role
from enrollment.institutions.appointments import services as appointments
from enrollment.models import Appointment
from enrollment.queries import institutions_of

HOLDS_RECORD = gettext_lazy(
    "This account is linked to a student record, whose pages would close. Sign "
    "up again with another contact and have that account appointed."
)


@require_http_methods(["GET", "HEAD", "POST"])
def appointment(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the signed-in person an appointment to accept or decline."""
    account = signed_in(request)
    found = appointments.appointment_for(account, key)
    if found is None:
        raise Http404
    if request.method == "POST" and request.POST.get("answer") == "no":
        appointments.decline(appointment=found, account=account)
        messages.success(request, _("Refused. Nothing changes for you."))
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "POST":
        try:
            accepted = appointments.accept(appointment=found, account=account)
        except appointments.HoldsRecordError:
            messages.error(request, HOLDS_RECORD)
            return redirect("registry:appointment", key)
        if not accepted:
            raise Http404
        messages.success(request, _("Accepted. You can start work now."))
        return redirect(settings.LOGIN_REDIRECT_URL)
    holds = account.held_records.exists()
    context = {"appointment": found, "role": Role(found.role).label, "holds": holds}
    return render(request, "enrollment/institutions/appointment.html", context)


@require_POST
def withdraw_appointment(request: HttpRequest, key: UUID) -> HttpResponse:
    """Withdraw an unanswered appointment to a class."""
    user = require_role(request, Role.REGISTRAR)
    mine = Appointment.objects.filter(
        school_class__institution__in=institutions_of(user), answered_at=None
    )
    found = get_object_or_404(mine, key=key)
    appointments.withdraw(appointment=found, by=user)
    messages.success(request, _("Withdrawn."))
    return redirect("registry:class", found.school_class_id)
