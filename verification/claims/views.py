"""Pages from name and number to the record."""

from collections.abc import Mapping
from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.consent.services import lacks_consent
from accounts.limits.rate_limits import campus_factor
from accounts.models import Purpose
from accounts.requests.client_ip import client_address
from verification import queries
from verification.access import students_only, unverified_only, unverified_who_may_agree
from verification.claims import services
from verification.claims.earlier_answers import initial_answers
from verification.claims.forms import BasicInformationForm, ProofForm, ThirdItemForm
from verification.claims.limits import LimitReachedError, address_hash
from verification.facts import Facts
from verification.models import AttemptState


@sensitive_post_parameters()
@unverified_who_may_agree
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The form for basic information: name, certificate type, number (guide rows 30-33)."""
    account = signed_in(request)
    last = earlier = None
    if request.method != "POST":
        still_open, last = queries.earlier_attempts(account)
        earlier = still_open or last
    form = BasicInformationForm(
        request.POST if request.method == "POST" else None,
        ask_third_item=queries.needs_third_item(account),
        ask_consent=lacks_consent(account, Purpose.IDENTITY),
        initial=initial_answers(request, earlier) if earlier else None,
    )
    if form.is_valid():
        with suppress(services.NothingToSubmitError):  # the next page asks to sign in
            services.start_attempt(
                account=account,
                facts=form.facts,
                address_hash=address_hash(request),
                agrees="consent" in form.fields,
            )
        return redirect("verification:check")
    context = {"form": form, "last": last}
    return _step(request, "verification/claims/start.html", context)


@unverified_only
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The page for checking the answers; POST compares them with the registry."""
    account = signed_in(request)
    form = ProofForm(request.POST if "captcha" in request.POST else None)
    if request.method == "POST" and (form.is_valid() or not form.is_bound):
        try:
            state = services.submit_attempt(
                account=account,
                proved=form.is_bound,
                address_factor=campus_factor(client_address(request)),
            )
            return _answer(request, state)
        except services.NothingToSubmitError:
            return redirect("enrollment:status")
        except LimitReachedError as limit:
            draft = queries.open_attempt(account, AttemptState.DRAFT)
            if limit.proof_level is None or draft is None:
                context = {"retry_at": limit.retry_at}
                return render(request, "verification/claims/limited.html", context, status=429)
            return _ask_for_proof(request, draft.facts, ProofForm())
    draft = queries.open_attempt(account, AttemptState.DRAFT)
    if draft is None:
        return redirect("verification:start")
    if form.is_bound:
        return _ask_for_proof(request, draft.facts, form)
    return _step(request, "verification/claims/check.html", {"facts": draft.facts})


@sensitive_post_parameters()
@unverified_only
@require_http_methods(["GET", "HEAD", "POST"])
def third_item(request: HttpRequest) -> HttpResponse:
    """The form for the third item, asked whether or not the rest fitted."""
    account = signed_in(request)
    attempt = queries.open_attempt(account, AttemptState.THIRD_ITEM)
    if attempt is None:
        return redirect("verification:start")
    form = ThirdItemForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        item = form.cleaned_data["third_item"]
        try:
            state = services.answer_third_item(account=account, third_item=item)
        except services.NothingToSubmitError:
            return redirect("enrollment:status")
        return _answer(request, state)
    context = {"form": form, "facts": attempt.facts}
    return _step(request, "verification/claims/third_item.html", context)


@students_only
@require_safe
def unmatched(request: HttpRequest) -> HttpResponse:
    """The page 未匹配到学籍: what was stated, likely causes, next steps (guide row 7).

    To whom already holds a record, the ways that lead to a further one.
    """
    account = signed_in(request)
    attempt = queries.last_unmatched(account)
    if attempt is None:
        return redirect("verification:start")
    further = queries.is_verified(account)
    context = {"facts": attempt.facts, "further": further, "help_anchor": "not-matched"}
    return render(request, "verification/claims/unmatched.html", context)


def _step(
    request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    steps = [_("Basic information"), _("Check your answers"), _("My record")]
    context = {**context, "steps": steps, "help_anchor": "verify"}
    return render(request, template, context, status=status)


def _ask_for_proof(request: HttpRequest, facts: Facts, form: ProofForm) -> HttpResponse:
    """The check page with a proof of work: others have tried this name or birth date too often."""
    context = {"facts": facts, "form": form}
    return _step(request, "verification/claims/check.html", context, status=429)


def _answer(request: HttpRequest, state: AttemptState) -> HttpResponse:
    if state == AttemptState.THIRD_ITEM:
        return redirect("verification:third")
    if state == AttemptState.UNMATCHED:
        return redirect("verification:unmatched")
    messages.success(request, _("You are verified. This is your student record."))
    return redirect("enrollment:status")
