"""Pages for choosing and removing security questions (guide row 9)."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.recovery import security_questions
from accounts.recovery.security_question_forms import QuestionsForm


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def choose(request: HttpRequest) -> HttpResponse:
    """The form for three questions and their answers."""
    account = cast("User", request.user)
    form = QuestionsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        security_questions.choose(account=account, answers=form.answers, request=request)
        messages.success(
            request, _("From now on one of them is asked when you recover your password.")
        )
        return redirect("accounts:security")
    context = {"form": form, "is_set": bool(security_questions.questions_of(account))}
    return render(request, "accounts/recovery/questions.html", context)


@require_POST
@reauthentication_required
def remove(request: HttpRequest) -> HttpResponse:
    """Remove the security questions."""
    security_questions.remove(account=cast("User", request.user), request=request)
    messages.success(request, _("Security questions are off."))
    return redirect("accounts:security")
