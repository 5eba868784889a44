"""Pages for claiming a further record, objecting to a claim, and deciding the objection."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.limits.proof_of_work_field import ProofOfWorkField
from accounts.limits.rate_limits import campus_factor
from accounts.privacy.personal_data import note_access, personal_data
from accounts.requests.client_ip import client_address
from accounts.roles import Role
from enrollment.queries import records_held_by
from enrollment.records.services import masked_certificate
from verification.access import consenting_students_only
from verification.claims import services as claims
from verification.claims.earlier_answers import initial_answers
from verification.claims.forms import ThirdItemForm
from verification.claims.limits import PROOF_LEVEL, LimitReachedError, address_hash
from verification.disputes import claim_objections
from verification.disputes.claim_objection_forms import SettlementForm
from verification.models import AttemptState
from verification.queries import last_unmatched


@sensitive_post_parameters()
@consenting_students_only
@require_http_methods(["GET", "HEAD", "POST"])
def further(request: HttpRequest) -> HttpResponse:
    """The form that claims another record of the same person, with that school's third item."""
    account = signed_in(request)
    if not records_held_by(account).exists():
        return redirect("verification:start")
    last = last_unmatched(account) if request.method != "POST" else None
    form = ThirdItemForm(
        request.POST if request.method == "POST" else None,
        initial=initial_answers(request, last) if last else None,
    )
    if "captcha" in request.POST:
        form.fields["captcha"] = ProofOfWorkField(level=PROOF_LEVEL)
    context = {"form": form, "help_anchor": "several-records"}
    if not form.is_valid():
        return render(request, "verification/claims/further.html", context)
    started = claims.start_further(
        account=account,
        third_item=form.cleaned_data["third_item"],
        address_hash=address_hash(request),
    )
    if not started:
        return redirect("verification:start")
    try:
        state = claims.submit_attempt(
            account=account,
            proved="captcha" in form.cleaned_data,
            address_factor=campus_factor(client_address(request)),
        )
    except claims.NothingToSubmitError:  # submitted elsewhere, or the record was taken back
        return redirect("verification:further")
    except LimitReachedError as limit:
        return _limited(request, form, limit)
    if state != AttemptState.VERIFIED:
        return redirect("verification:unmatched")
    messages.success(request, _("You can now see another record."))
    return redirect("enrollment:status")


def _limited(request: HttpRequest, form: ThirdItemForm, limit: LimitReachedError) -> HttpResponse:
    if limit.proof_level is None:
        context: dict[str, object] = {"retry_at": limit.retry_at}
        return render(request, "verification/claims/limited.html", context, status=429)
    form.fields["captcha"] = ProofOfWorkField(level=limit.proof_level)
    form.add_error("captcha", form.fields["captcha"].error_messages["required"])
    context = {"form": form, "help_anchor": "several-records"}
    return render(request, "verification/claims/further.html", context, status=429)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def object_to_claim(request: HttpRequest, key: UUID) -> HttpResponse:
    """The page behind the link in a claim alert; only POST objects, so scanners change nothing."""
    alert = claim_objections.open_alert(key)
    done = (
        request.method == "POST" and alert is not None and claim_objections.object_to_claim(alert)
    )
    return render(request, "verification/claims/object.html", {"waiting": alert, "done": done})


@personal_data("verification.read_objection", reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_objection(request: HttpRequest, key: UUID) -> HttpResponse:
    """The registrar's page for reading and deciding an objection."""
    registrar = signed_in(request)
    if Role.REGISTRAR not in registrar.roles:
        raise Http404
    alert = get_object_or_404(claim_objections.objections_visible_to(registrar), key=key)
    form = SettlementForm(request.POST or None) if alert.settled_at is None else None
    if form is not None and form.is_valid():
        settled = claim_objections.settle_objection(
            alert=alert,
            taken_back=form.cleaned_data["decision"] == "take",
            reason=form.cleaned_data["reason"],
            by=registrar,
        )
        if settled:
            messages.success(request, _("Decided. The account holder has been notified."))
        return redirect("verification:claim_objection", key)
    note_access(
        request,
        people=1,
        subject_type="record",
        subject_key=alert.record.key,
        institution_code=alert.institution_code,
    )
    context = {"alert": alert, "form": form, "certificate": masked_certificate(alert.record)}
    return render(request, "verification/claims/objection.html", context)
