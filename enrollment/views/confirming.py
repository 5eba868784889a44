"""确认无误 / 信息有误: the answer, its receipt, and the public check of a receipt."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment import confirming
from enrollment.forms import CodeForm
from enrollment.queries import confirmations_held_by
from enrollment.views.held import account_of, held_card


@require_POST
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take the student's answer and show its receipt."""
    card = held_card(request, key)
    says_wrong = request.POST.get("answer") == "wrong"
    wrong = request.POST.getlist("wrong") if says_wrong else []
    if says_wrong and not wrong:
        messages.error(request, _("Tick what is wrong first."))
        return redirect("enrollment:record", key)
    try:
        made = confirming.answer_record(
            record=card.record, account=account_of(request), asked=card.asked, wrong=wrong
        )
    except confirming.NotAskedError:
        messages.error(request, _("The list has changed meanwhile. Please check again."))
        return redirect("enrollment:record", key)
    return redirect("enrollment:receipt", made.key)


@require_safe
def receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """The receipt of one of my answers."""
    found = confirmations_held_by(account_of(request)).filter(key=key).first()
    if found is None:
        raise Http404
    context = {"receipt": found, "wrong": confirming.labels(found.wrong_fields)}
    return render(request, "enrollment/receipt.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Anyone checks a receipt by its code; no more than a masked name is told."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        found = confirming.find_receipt(form.cleaned_data["code"])
        context |= {"asked": True, "receipt": found}
        if found is not None:
            context["changes"] = confirming.changes_since(found)
            context["wrong"] = confirming.labels(found.wrong_fields)
    answer = render(request, "enrollment/check_receipt.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer
