"""The registrar's pages for reading and deciding disputes."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_role
from accounts.models import User
from accounts.privacy.personal_data import note_access, personal_data
from accounts.roles import Role
from delivery.masking import masked_email, masked_phone
from enrollment.files.evidence import evidence_of, serve_evidence
from enrollment.records.services import masked_certificate
from verification import disputes, queries
from verification.disputes.claim_objections import objections_visible_to
from verification.disputes.forms import DecisionForm
from verification.models import Claim, Dispute, DisputeState

PER_PAGE = 30
_Reasons = dict[type[disputes.TooLateError], Promise]
_NOT_DECIDED: _Reasons = {
    disputes.CannotHoldError: gettext_lazy(
        "Not decided: the account of the person who opened the dispute was closed, is going to be "
        "deleted, or belongs to staff now, and can hold no record. Decide for the holder, or for "
        "neither."
    ),
    disputes.IsSomeoneElseError: gettext_lazy(
        "Not decided: the account of the person who opened the dispute has been verified as "
        "another person since, and an account is one person's. Decide for the holder, or for "
        "neither; if the record is theirs, they can show their certificate in person, with an "
        "account of their own."
    ),
    disputes.TooLateError: gettext_lazy(
        "This decision is not possible, or no longer. Read it again."
    ),
}
_NOT_UNDONE: _Reasons = {
    disputes.CannotHoldError: gettext_lazy(
        "Not undone: the account of the earlier holder was closed, is going to be deleted, or "
        "belongs to staff now, and can hold no record. Once it is deleted, the decision can be "
        "undone."
    ),
    disputes.IsSomeoneElseError: gettext_lazy(
        "Not undone: the account of the earlier holder has been verified as another person since, "
        "and an account is one person's. If the record is theirs, they can open a dispute, with an "
        "account of their own."
    ),
    disputes.TooLateError: gettext_lazy(
        "It can no longer be undone, because something depends on it."
    ),
}


@personal_data("verification.list_disputes")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Disputes of the registrar's institutions, undecided ones first."""
    user = require_role(request, Role.REGISTRAR)
    found = queries.disputes_visible_to(user)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    objected = objections_visible_to(user).filter(settled_at=None)[:PER_PAGE]
    shown = list(page.object_list)
    records = disputes.records_by_dispute(shown)
    rows = [(dispute, records[dispute.pk], _contact(dispute.claimant)) for dispute in shown]
    note_access(
        request,
        people=len(shown) + len(objected),
        subject_type="queue",
        subject_key="",
        institution_code=shown[0].institution_code if shown else "",
    )
    context = {"page": page, "rows": rows, "objections": objected}
    return render(request, "verification/disputes/queue.html", context)


@personal_data("verification.read_dispute")
@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """Both sides of a dispute on one page; reading it is recorded."""
    return _page(request, _visible(request, key), DecisionForm())


@personal_data("verification.read_dispute", reauth=True)
@sensitive_post_parameters()
@require_POST
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """Store the decision."""
    found = _visible(request, key)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        disputes.decide(
            dispute=found, by=require_role(request, Role.REGISTRAR), **form.cleaned_data
        )
        messages.success(request, _("Decided. Both sides have been notified."))
    except disputes.TooEarlyError:
        messages.error(request, _("The holder can still object. Decide after that."))
    except disputes.TooLateError as error:
        messages.error(request, _reason(error, _NOT_DECIDED))
    return redirect("verification:dispute_desk", key)


@personal_data("verification.read_dispute", reauth=True)
@require_POST
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Undo a decision."""
    try:
        disputes.undo_decision(
            dispute=_visible(request, key), by=require_role(request, Role.REGISTRAR)
        )
        messages.success(request, _("Undone. The dispute is open again."))
    except disputes.TooLateError as error:
        messages.error(request, _reason(error, _NOT_UNDONE))
    return redirect("verification:dispute_desk", key)


@personal_data("verification.read_dispute")
@require_safe
def evidence(request: HttpRequest, key: UUID, file: UUID) -> StreamingHttpResponse:
    """One evidence file of either side; reading it is recorded."""
    found = _visible(request, key)
    rows = evidence_of(disputes.DISPUTES, [found.key, found.objection_subject])
    row = next((row for row in rows if row.key == file), None)
    if row is None:
        raise Http404
    _note_reading(request, found)
    return serve_evidence(row)


def _page(request: HttpRequest, found: Dispute, form: DecisionForm) -> HttpResponse:
    _note_reading(request, found)
    records = disputes.records_of(found)
    context = {
        "dispute": found,
        "form": form if found.state == DisputeState.OPEN and found.can_be_decided else None,
        "records": [(record, masked_certificate(record)) for record in records],
        "claimant": _side(found.claimant, found, found.key),
        "holder": _side(found.holder, found, found.objection_subject),
        "vouches": found.vouches.select_related("account").order_by("pk"),
    }
    return render(request, "verification/disputes/one.html", context)


def _reason(error: disputes.TooLateError, reasons: _Reasons) -> str:
    return str(reasons.get(type(error), reasons[disputes.TooLateError]))


def _side(account: User | None, found: Dispute, subject: UUID) -> dict[str, object] | None:
    """One side for the template: the account, its claim and its evidence."""
    if account is None:
        return None
    claims = Claim.objects.filter(account=account, institution_code=found.institution_code)
    return {
        "account": account,
        "email": masked_email(account.email) if account.email else "",
        "phone": masked_phone(str(account.phone)) if account.phone_confirmed_at else "",
        "claim": claims.order_by("-pk").first(),
        "evidence": evidence_of(disputes.DISPUTES, [subject]),
    }


def _contact(account: User) -> str:
    """The confirmed phone, or else the mailbox, masked: it tells claimants of one name apart."""
    if account.phone_confirmed_at:
        return masked_phone(str(account.phone))
    return masked_email(account.email) if account.email else ""


def _visible(request: HttpRequest, key: UUID) -> Dispute:
    return get_object_or_404(
        queries.disputes_visible_to(require_role(request, Role.REGISTRAR)), key=key
    )


def _note_reading(request: HttpRequest, found: Dispute) -> None:
    note_access(
        request,
        people=2,
        subject_type="dispute",
        subject_key=found.key,
        institution_code=found.institution_code,
    )
