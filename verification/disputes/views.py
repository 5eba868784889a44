"""Pages of a dispute for its two sides and for people asked to vouch."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.privacy.personal_data import note_access, personal_data
from enrollment.files.evidence import evidence_of, serve_evidence
from verification import disputes, queries
from verification.access import consenting_students_only
from verification.disputes.forms import DisputeForm, StatementForm
from verification.models import Dispute, DisputeState, Vouch


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest) -> HttpResponse:
    """The account's own dispute, or the form that opens one from its last unmatched attempt."""
    account = signed_in(request)
    mine = Dispute.objects.filter(claimant=account).order_by("-pk").first()
    if mine is not None and (
        mine.state != DisputeState.WITHDRAWN or queries.last_unmatched(account) is None
    ):
        return render(request, "verification/disputes/mine.html", _side(mine, mine.key))
    return _open(request)


@consenting_students_only
def _open(request: HttpRequest) -> HttpResponse:
    account = signed_in(request)
    attempt = queries.last_unmatched(account)
    if attempt is None or not bytes(attempt.facts_sealed):
        return redirect("verification:start")
    form = DisputeForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            disputes.open_dispute(account=account, facts=attempt.facts, statement=form.statement)
        except disputes.TooManyDisputesError:
            form.add_error(None, _("You have opened several disputes. Please see your counselor."))
        else:
            return redirect("verification:dispute")
    context = {"form": form, "facts": attempt.facts, "help_anchor": "number-taken"}
    return render(request, "verification/disputes/open.html", context)


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw the account's dispute."""
    mine = Dispute.objects.filter(claimant=signed_in(request), state=DisputeState.OPEN)
    try:
        disputes.withdraw(dispute=get_object_or_404(mine))
        messages.success(request, _("Your dispute is withdrawn."))
    except disputes.TooLateError:
        messages.error(request, _("The dispute has changed. Read it again."))
    return redirect("verification:dispute")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, key: UUID) -> HttpResponse:
    """The holder's page: a form for objecting, or the result."""
    account = signed_in(request)
    found = get_object_or_404(Dispute.objects.filter(holder=account), key=key)
    may = found.state == DisputeState.OPEN and found.objected_at is None
    form = StatementForm(request.POST or None, request.FILES or None) if may else None
    if form is not None and form.is_valid():
        try:
            disputes.object_to(dispute=found, holder=account, statement=form.statement)
        except disputes.TooLateError:
            messages.error(request, _("The dispute has changed. Read it again."))
        return redirect("verification:objection", key)
    context = {**_side(found, found.objection_subject), "form": form}
    return render(request, "verification/disputes/objection.html", context)


@require_safe
def evidence(request: HttpRequest, key: UUID, file: UUID) -> StreamingHttpResponse:
    """One evidence file that this side attached."""
    account = signed_in(request)
    mine = get_object_or_404(Dispute, key=key)
    subjects = [
        subject
        for side, subject in (
            (mine.claimant_id, mine.key),
            (mine.holder_id, mine.objection_subject),
        )
        if side == account.pk
    ]
    rows = [row for row in evidence_of(disputes.DISPUTES, subjects) if row.key == file]
    if not rows:
        raise Http404
    return serve_evidence(rows[0])


@personal_data("verification.read_vouch")
@require_http_methods(["GET", "HEAD", "POST"])
def vouch(request: HttpRequest, pk: int) -> HttpResponse:
    """The form that asks a counselor or classmate whether they know the person."""
    account = signed_in(request)
    asked = get_object_or_404(Vouch.objects.select_related("dispute"), pk=pk, account=account)
    is_open = asked.answer is None and asked.dispute.state == DisputeState.OPEN
    if request.method == "POST" and is_open:
        answer = request.POST.get("answer")
        if answer in ("yes", "no"):
            try:
                disputes.vouch(vouch=asked, knows=answer == "yes")
            except disputes.TooLateError:
                messages.error(request, _("The dispute is over. Your answer is no longer needed."))
            else:
                messages.success(request, _("Thank you. The school will take it into account."))
        return redirect("verification:vouch", pk)
    if is_open and not account.is_student:
        note_access(
            request,
            people=1,
            subject_type="dispute",
            subject_key=asked.dispute.key,
            institution_code=asked.dispute.institution_code,
        )
    context = {
        "asked": asked,
        "is_open": is_open,
        "name": asked.dispute.facts.name if is_open else "",
        # Counselors keep their menu.
        "layout": "layouts/narrow.html" if account.is_student else "layouts/staff.html",
    }
    return render(request, "verification/disputes/vouch.html", context)


def _side(found: Dispute, subject: UUID) -> dict[str, object]:
    files = evidence_of(disputes.DISPUTES, [subject])
    return {"dispute": found, "evidence": files, "help_anchor": "number-taken"}
