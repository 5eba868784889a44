"""Pages for face-to-face help: the student's code, and the staff pages that accept it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_role, signed_in
from accounts.models import User
from accounts.privacy.personal_data import note_access, personal_data
from accounts.reason_form import ReasonForm
from accounts.recovery.staff_assisted import NotOpenError, UnknownCodeError
from accounts.roles import RECORD_KEEPERS, Role
from enrollment.models import StudentRecord
from enrollment.queries import records_visible_to
from enrollment.records.withholding import is_withheld
from verification.access import unverified_only
from verification.assisted import recovery, services
from verification.disputes.forms import AssistForm, RescueForm

TOO_MANY_ASSISTS = gettext_lazy(
    "You have reached the daily limit for helping people. Ask a colleague."
)


@unverified_only
@require_http_methods(["GET", "HEAD", "POST"])
def show_code(request: HttpRequest) -> HttpResponse:
    """The page that issues a code for the student to show; the code is displayed once."""
    code = services.new_code(account=signed_in(request)) if request.method == "POST" else ""
    minutes = int(services.CODE_TTL.total_seconds() // 60)
    context = {"code": code, "minutes": minutes, "help_anchor": "not-matched"}
    return render(request, "verification/assisted/code.html", context)


@personal_data("verification.open_assistance", reauth=True)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def assist(request: HttpRequest, key: UUID) -> HttpResponse:
    """The form that opens this record for the student who shows the code."""
    staff, record = _staff_and_record(request, key)
    form = AssistForm(request.POST or None)
    if form.is_valid():
        try:
            services.assist(
                record=record,
                code=form.cleaned_data["code"],
                reason=form.cleaned_data["reason"],
                by=staff,
            )
        except services.UnknownCodeError:
            form.add_error("code", _("This code is wrong or has expired. It works for 30 minutes."))
        except services.TooManyTriesError:
            form.add_error("code", _("Too many wrong codes today. Continue tomorrow."))
        except services.TooManyAssistsError:
            form.add_error(None, TOO_MANY_ASSISTS)
        except services.NotFreeError:
            form.add_error(
                None,
                _(
                    "The record or the account is already linked. The student has to open an "
                    "identity dispute."
                ),
            )
        else:
            messages.success(request, _("The student can see the record now."))
            return redirect("registry:search")
    _note(request, record)
    waits = is_withheld(record)
    context = {
        "record": record,
        "form": form,
        "undoable": services.assisted_claim(record),
        "waits": waits,
        "may_approve": waits
        and Role.REGISTRAR in staff.roles
        and staff.pk not in services.helpers_of(record),
    }
    return render(request, "verification/assisted/assist.html", context)


@personal_data("verification.open_assistance", reauth=True)
@require_POST
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """A second registrar approves, and what was withheld is opened."""
    staff, record = _staff_and_record(request, key)
    if Role.REGISTRAR not in staff.roles:
        raise Http404
    if services.approve_assist(record=record, by=staff):
        messages.success(request, _("The student can now use photos and reports."))
    else:
        messages.error(request, _("A second person has to do this, and something must be waiting."))
    return redirect("verification:assist", key)


@personal_data("verification.open_assistance", reauth=True)
@require_POST
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Undo the opening and release the record."""
    staff, record = _staff_and_record(request, key)
    form = ReasonForm(request.POST)
    if form.is_valid() and services.undo_assist(record=record, by=staff, **form.cleaned_data):
        messages.success(request, _("Undone. No account is linked to the record now."))
    else:
        messages.error(request, _("It can no longer be undone."))
    return redirect("verification:assist", key)


@personal_data("verification.open_assistance", reauth=True)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def rescue(request: HttpRequest, key: UUID) -> HttpResponse:
    """The form that recovers this record's account for the student who shows the code."""
    staff, record = _staff_and_record(request, key)
    form = RescueForm(request.POST or None)
    if form.is_valid() and _rescued(form, record, staff):
        messages.success(
            request, _("The old contacts have been told. The student gets the account in 24 hours.")
        )
        return redirect("registry:record", key)
    _note(request, record)
    return render(request, "verification/assisted/rescue.html", {"record": record, "form": form})


def _rescued(form: RescueForm, record: StudentRecord, staff: User) -> bool:
    code, reason = form.cleaned_data["code"], form.cleaned_data["reason"]
    try:
        recovery.rescue_holder(record=record, code=code, reason=reason, by=staff)
    except UnknownCodeError:
        form.add_error("code", _("This code is wrong or has expired. A code works for one day."))
    except services.TooManyTriesError:
        form.add_error("code", _("Too many wrong codes today. Continue tomorrow."))
    except services.TooManyAssistsError:
        form.add_error(None, TOO_MANY_ASSISTS)
    except recovery.NotHeldError:
        form.add_error(None, _("No account is linked to this record. The student can register."))
    except NotOpenError:
        form.add_error(None, _("The account is already being recovered, or it belongs to staff."))
    return form.is_valid()


def _staff_and_record(request: HttpRequest, key: UUID) -> tuple[User, StudentRecord]:
    staff = require_role(request, *RECORD_KEEPERS)
    visible = records_visible_to(staff).select_related("institution", "holder")
    return staff, get_object_or_404(visible, key=key)


def _note(request: HttpRequest, record: StudentRecord) -> None:
    note_access(
        request,
        people=1,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
    )
