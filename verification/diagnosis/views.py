"""Pages of 为什么查不到, one question each; answers are kept in the session."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.report_prefill import stash
from verification.access import unverified_only
from verification.diagnosis import questions
from verification.diagnosis.forms import DiagnosisForm

SESSION_KEY = "verification_diagnosis"


@unverified_only
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, position: int = 1) -> HttpResponse:
    """One question; its answer leads to the next question, the last one to the findings."""
    question = questions.question_at(position)
    if question is None:
        raise Http404
    known = request.session.get(SESSION_KEY, {})
    form = DiagnosisForm(
        request.POST if request.method == "POST" else None,
        question=question,
        initial={"answer": known.get(question.name)},
    )
    if form.is_valid():
        request.session[SESSION_KEY] = {**known, question.name: form.cleaned_data["answer"]}
        if questions.question_at(position + 1) is None:
            return redirect("verification:findings")
        return redirect("verification:diagnosis_step", position + 1)
    context = {"form": form, "position": position, "total": len(questions.QUESTIONS)}
    return render(request, "verification/diagnosis/question.html", context)


@unverified_only
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """The causes that the answers point to, with advice on each."""
    answers = request.session.get(SESSION_KEY)
    if not answers:
        return redirect("verification:diagnosis")
    stash(request, cause="not_found", words=questions.transcript(answers))
    context = {
        "findings": questions.findings(answers),
        "help_anchor": "not-matched",
    }
    return render(request, "verification/claims/findings.html", context)
