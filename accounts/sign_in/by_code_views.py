"""Pages for signing in or resetting the password by code.

The session holds only the code's key: the browser never learns whose code it is, or whether it
has an account.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.codes import services as codes
from accounts.codes.restart import Why, restart, restart_expired, why_here
from accounts.codes.services import Outcome
from accounts.contacts.forms import CodeForm
from accounts.contacts.views import code_page
from accounts.limits.known_devices import is_known
from accounts.limits.proof_of_work_field import guard_sending
from accounts.limits.rate_limits import has_sent_many
from accounts.limits.uses import LimitReachedError
from accounts.models import Code, CodePurpose, EventKind, Question, User
from accounts.password_state import password_state
from accounts.recovery import security_questions
from accounts.recovery.security_question_forms import AnswerForm
from accounts.requests.client_ip import client_address
from accounts.security_log import record_event
from accounts.sessions.clock import session_now
from accounts.sessions.services import browser_of, forget_visitor
from accounts.sign_in import by_code
from accounts.sign_in.forms import IdentifierForm, NewPasswordForm

# Session key of the grant to choose a new password: the code used, the time, and the state
# of the password then, to which the grant is tied.
GRANTED = "password_reset_granted"
ANSWERING = "password_reset_question"  # the grant before the security question is answered
STEPS = {GRANTED: "account_reset_password_new", ANSWERING: "account_reset_password_question"}
GRANT_TTL = 600  # seconds


@dataclass(frozen=True)
class CodeFlow:
    """One of the two code flows: its pages, and the view called after the right code."""

    purpose: CodePurpose
    request_page: str
    verify_page: str
    resend_page: str
    complete: Callable[[HttpRequest, User, Code, str], HttpResponse]

    @property
    def template(self) -> str:
        return f"accounts/codes/{self.purpose}_ask.html"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_code(request: HttpRequest, flow: CodeFlow) -> HttpResponse:
    """The form for the identifier; POST sends a code (获取校验码)."""
    form = guard_sending(IdentifierForm(request.POST or None), client_address(request))
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "next": _then(request, flow), "why": why_here(request)}
        return render(request, flow.template, context)
    identifier = form.cleaned_data["login"]
    try:
        code = by_code.ask_for_code(
            identifier=identifier,
            purpose=flow.purpose,
            client=client_address(request),
            browser=browser_of(request),
            knows=partial(is_known, request),
            earlier=_asked(request, flow),
        )
    except LimitReachedError as error:
        return _too_often(request, flow, error)
    request.session[_key(flow)] = {
        "code": str(code.key),
        "by_name": identifier.channel is None,
        "next": _then(request, flow),
    }
    return redirect(flow.verify_page)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify_code(request: HttpRequest, flow: CodeFlow) -> HttpResponse:
    """The form for the code; the right one completes the flow."""
    code = _asked(request, flow)
    if code is None:
        return restart_expired(request, flow.request_page)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome, account = _try(request, code, form)
        if account is not None:
            then = request.session.pop(_key(flow))["next"]
            return flow.complete(request, account, code, then)
        if outcome is Outcome.OVER:
            return restart_expired(request, flow.request_page)
    by_name = request.session[_key(flow)]["by_name"]
    known = is_known(request, code.account)
    ways = {"change_url": reverse(flow.request_page), "by_name": by_name, "purpose": flow.purpose}
    if not by_name:
        ways["resend_url"] = reverse(flow.resend_page)
    return render(
        request, "accounts/codes/code_enter.html", code_page(code, form, known=known) | ways
    )


@login_not_required
@require_POST
def resend_code(request: HttpRequest, flow: CodeFlow) -> HttpResponse:
    """Send the same code again (guide row 44)."""
    code = _asked(request, flow)
    if code is None:
        return restart_expired(request, flow.request_page)
    if request.session[_key(flow)]["by_name"]:
        return redirect(flow.request_page)
    if has_sent_many(client_address(request)):
        return restart(flow.request_page, Why.MANY)
    try:
        by_code.send_again(
            code=code,
            client=client_address(request),
            browser=browser_of(request),
            known=is_known(request, code.account),
        )
    except LimitReachedError as error:
        return _too_often(request, flow, error)
    return redirect(flow.verify_page)


@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """The form for a security question, between the code and the new password."""
    code, account = _granted(request, ANSWERING)
    asked = security_questions.questions_of(account) if account else []
    if code is None or account is None or not asked:
        return redirect(RESET.request_page)
    form = AnswerForm(request.POST or None, asked=asked)
    if request.method == "POST" and form.is_valid() and _answered(form, account):
        del request.session[ANSWERING]
        return _grant(request, account, code, GRANTED)
    return render(request, "accounts/recovery/reset_password_question.html", {"form": form})


@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest) -> HttpResponse:
    """The form for a new password, after the right code."""
    code, account = _granted(request, GRANTED)
    if code is None or account is None:
        return redirect(RESET.request_page)
    form = NewPasswordForm(request.POST or None, account=account)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/recovery/reset_password_new.html", {"form": form})
    state = request.session.pop(GRANTED)["state"]
    owner = by_code.reset_password(
        code=code, state=state, password=form.cleaned_data["password1"], request=request
    )
    if owner is None:
        return restart_expired(request, RESET.request_page)
    messages.success(request, _("Your password is changed"))
    return _sign_in(request, owner, code, "")


def _sign_in(request: HttpRequest, account: User, code: Code, then: str) -> HttpResponse:
    """The response of django-allauth's sign-in, which still asks for a second factor.

    An account without a password, because it was taken back, chooses one first.
    """
    if not account.has_usable_password():
        return _let_choose(request, account, code, then)
    record_authentication(request, account, method="code")
    answer: HttpResponse = perform_login(request, Login(user=account, redirect_url=then or None))
    return answer


def _let_choose(request: HttpRequest, account: User, code: Code, _then: str) -> HttpResponse:
    request.session.cycle_key()
    is_asked = bool(security_questions.questions_of(account))
    return _grant(request, account, code, ANSWERING if is_asked else GRANTED)


def _grant(request: HttpRequest, account: User, code: Code, step: str) -> HttpResponse:
    request.session[step] = {
        "code": str(code.key),
        "state": password_state(account),
        "at": session_now(request),
    }
    return redirect(STEPS[step])


SIGN_IN = CodeFlow(
    CodePurpose.SIGN_IN, "account_code", "account_code_enter", "account_code_again", _sign_in
)
RESET = CodeFlow(
    CodePurpose.RESET_PASSWORD,
    "account_reset_password",
    "account_reset_password_enter",
    "account_reset_password_again",
    _let_choose,
)


def _key(flow: CodeFlow) -> str:
    return f"asked_{flow.purpose}"


def _asked(request: HttpRequest, flow: CodeFlow) -> Code | None:
    """The code that this browser has requested, until it expires."""
    key = request.session.get(_key(flow), {}).get("code")
    return codes.living_code(key=key, purpose=flow.purpose) if key else None


def _then(request: HttpRequest, flow: CodeFlow) -> str:
    """The URL requested before signing in; empty for the home page."""
    asked = request.session.get(_key(flow), {}).get("next", "")
    then: str = get_next_redirect_url(request) or asked
    return then


def _granted(request: HttpRequest, step: str) -> tuple[Code, User] | tuple[None, None]:
    """The code and account of the grant, or None twice; the password must be unchanged."""
    granted = request.session.get(step)
    if granted is None or session_now(request) - granted["at"] > GRANT_TTL:
        return None, None
    used = Code.objects.filter(key=granted["code"], account__is_active=True)
    code = used.select_related("account").first()
    if code is None or code.account is None or password_state(code.account) != granted["state"]:
        return None, None
    return code, code.account


def _answered(form: AnswerForm, account: User) -> bool:
    question, typed = Question(form.cleaned_data["question"]), form.cleaned_data["answer"]
    try:
        if security_questions.is_right(account=account, question=question, typed=typed):
            return True
    except LimitReachedError:
        form.add_error("answer", _("Too many attempts. Try again tomorrow."))
        return False
    form.add_error("answer", _("This is not the answer. You have five attempts a day."))
    return False


def _try(request: HttpRequest, code: Code, form: CodeForm) -> tuple[Outcome, User | None]:
    outcome, account = by_code.use_code(code=code, typed=form.cleaned_data["code"])
    if outcome is not Outcome.RIGHT:
        record_event(account=code.account, kind=EventKind.SIGN_IN_FAILED, request=request)
    if outcome is Outcome.WRONG:
        form.add_error("code", _("This code is wrong. After five attempts it no longer works."))
    return outcome, account


def _too_often(request: HttpRequest, flow: CodeFlow, error: LimitReachedError) -> HttpResponse:
    code = _asked(request, flow)
    forget_visitor(request)
    context = {
        "error": error,
        "code": code,
        "way_on": reverse(flow.verify_page if code else flow.request_page),
    }
    return render(request, "accounts/limits/limit_reached.html", context, status=429)
