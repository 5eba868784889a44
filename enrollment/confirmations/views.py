"""确认无误 / 信息有误: the answer, its receipt, and the public check of a receipt."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.limits.rate_limits import consume_check
from accounts.limits.uses import LimitReachedError
from accounts.requests.client_ip import client_address
from enrollment.confirmations import services
from enrollment.confirmations.forms import CodeForm
from enrollment.fields import checklist
from enrollment.models import Answer
from enrollment.public import too_many_checks
from enrollment.queries import confirmations_held_by, photos_held_by
from enrollment.records.freezing import FROZEN, RecordFrozenError
from enrollment.status_page.access import held_card
from enrollment.status_page.status_line import unexplained

SHOWN_ON_RECEIPT = (
    *("key", "answer", "wrong_fields", "code", "made_at", "account"),
    *("record__key", "record__name", "record__holder", "record__institution__name"),
)


@require_POST
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Store the student's answer and show its receipt."""
    card = held_card(request, key)
    says_wrong = request.POST.get("answer") == "wrong"
    wrong = request.POST.getlist("wrong") if says_wrong else []
    if says_wrong and not wrong:
        messages.error(request, _("Tick what is wrong first."))
        return redirect("enrollment:record", key)
    try:
        made = services.answer_record(
            record=card.record, account=signed_in(request), asked=card.asked, wrong=wrong
        )
    except services.NotAskedError:
        messages.error(request, _("The list has changed. Check it again."))
        return redirect("enrollment:record", key)
    except RecordFrozenError:
        messages.error(request, FROZEN)
        return redirect("enrollment:record", key)
    return redirect("enrollment:receipt", made.key)


@require_POST
def answer_photo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Store the student's answer about one photo; a wrong photo leads on to a problem report."""
    account = signed_in(request)
    photo = get_object_or_404(
        photos_held_by(account).select_related("record__institution"), key=key
    )
    given = request.POST.get("answer")
    if given not in Answer:
        messages.error(request, _("Say whether the photo is correct or wrong."))
        return redirect("enrollment:record", photo.record.key)
    try:
        services.answer_photo(photo=photo, account=account, answer=Answer(str(given)))
    except RecordFrozenError:
        messages.error(request, FROZEN)
        return redirect("enrollment:record", photo.record.key)
    if given == Answer.WRONG:
        return redirect("support:report_write", "photo")
    messages.success(request, _("Thank you. Your answer about the photo is kept."))
    return redirect("enrollment:record", photo.record.key)


@require_safe
def receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """The receipt of one of my answers."""
    mine = confirmations_held_by(signed_in(request)).only(*SHOWN_ON_RECEIPT)
    found = get_object_or_404(mine, key=key)
    left = unexplained(found.record, found.wrong_fields, found.made_at)
    context = {
        "receipt": found,
        "wrong": checklist.labels(found.wrong_fields),
        "unexplained": left,
    }
    return render(request, "enrollment/confirmations/receipt.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Public check of a receipt by its code; it shows no more than a masked name."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            consume_check(client_address(request))
        except LimitReachedError as error:
            return too_many_checks(request, error)
        found = services.find_receipt(form.cleaned_data["code"])
        context |= {"asked": True, "receipt": found}
        if found is not None:
            context["changes"] = services.changes_since(found)
            context["wrong"] = checklist.labels(found.wrong_fields)
    answer = render(request, "enrollment/confirmations/check_receipt.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer
