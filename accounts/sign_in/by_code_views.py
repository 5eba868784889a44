"""Coming in by a code: ask for it, type it, be signed in or choose a new password.

The page that asked remembers the code's key and nothing else: whose code it is,
and whether it is anybody's, the browser never learns.
"""

import time
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

from accounts.client_ip import client_address
from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.contacts.forms import CodeForm
from accounts.contacts.views import code_page
from accounts.limits.known_devices import is_known
from accounts.limits.proof_of_work_field import guard_sending
from accounts.limits.rate_limits import LimitReachedError, has_sent_many
from accounts.models import Code, CodePurpose, EventKind, Question, User
from accounts.password_state import password_state
from accounts.recovery import security_questions
from accounts.recovery.security_question_forms import AnswerForm
from accounts.security_log import record_event
from accounts.sign_in import by_code
from accounts.sign_in.forms import IdentifierForm, NewPasswordForm

# In the session: by which code the person has shown to be the owner, when, and the state of
# the password then, to which the grant is tied until the new one is chosen.
GRANTED = "password_reset_granted"
ANSWERING = "password_reset_question"  # the same of whoever has still to answer the question
STEPS = {GRANTED: "account_reset_password_new", ANSWERING: "account_reset_password_question"}
GRANTED_FOR = 600  # seconds


@dataclass(frozen=True)
class Door:
    """One of the two ways in: its pages, and what the right code leads to."""

    purpose: CodePurpose
    ask: str
    enter: str
    again: str
    open: Callable[[HttpRequest, User, Code, str], HttpResponse]

    @property
    def template(self) -> str:
        return f"accounts/codes/{self.purpose}_ask.html"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, door: Door) -> HttpResponse:
    """Name the account; POST sends the code (获取校验码)."""
    form = guard_sending(IdentifierForm(request.POST or None), client_address(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, door.template, {"form": form, "next": _then(request, door)})
    identifier = form.cleaned_data["login"]
    try:
        code = by_code.ask_for_code(
            identifier=identifier,
            purpose=door.purpose,
            client=client_address(request),
            knows=partial(is_known, request),
            earlier=_asked(request, door),
        )
    except LimitReachedError as error:
        return _too_often(request, door, error)
    request.session[_key(door)] = {
        "code": str(code.key),
        "by_name": identifier.channel is None,
        "next": _then(request, door),
    }
    return redirect(door.enter)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, door: Door) -> HttpResponse:
    """Type the code; the right one opens the door."""
    code = _asked(request, door)
    if code is None:
        return _ask_anew(request, door)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome, account = _try(request, code, form)
        if account is not None:
            then = request.session.pop(_key(door))["next"]
            return door.open(request, account, code, then)
        if outcome is Outcome.OVER:
            return _ask_anew(request, door)
    by_name = request.session[_key(door)]["by_name"]
    known = is_known(request, code.account)
    ways = {"change_url": reverse(door.ask), "by_name": by_name, "purpose": door.purpose}
    if not by_name:
        ways["resend_url"] = reverse(door.again)
    return render(
        request, "accounts/codes/code_enter.html", code_page(code, form, known=known) | ways
    )


@login_not_required
@require_POST
def again(request: HttpRequest, door: Door) -> HttpResponse:
    """Send the same code again (guide row 44)."""
    code = _asked(request, door)
    if code is None or request.session[_key(door)]["by_name"]:
        return redirect(door.ask)
    if has_sent_many(client_address(request)):
        return redirect(door.ask)  # where the proof of work is asked for
    try:
        by_code.send_again(
            code=code, client=client_address(request), known=is_known(request, code.account)
        )
    except LimitReachedError as error:
        return _too_often(request, door, error)
    return redirect(door.enter)


@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """The security question of whoever has set one, between the code and the password."""
    code, account = _granted(request, ANSWERING)
    asked = security_questions.questions_of(account) if account else []
    if code is None or account is None or not asked:
        return redirect(RESET.ask)
    form = AnswerForm(request.POST or None, asked=asked)
    if request.method == "POST" and form.is_valid() and _answered(form, account):
        del request.session[ANSWERING]
        return _grant(request, account, code, GRANTED)
    return render(request, "accounts/recovery/reset_password_question.html", {"form": form})


@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest) -> HttpResponse:
    """A new password, for whoever has just entered the right code."""
    code, account = _granted(request, GRANTED)
    if code is None or account is None:
        return redirect(RESET.ask)
    form = NewPasswordForm(request.POST or None, account=account)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/recovery/reset_password_new.html", {"form": form})
    state = request.session.pop(GRANTED)["state"]
    owner = by_code.reset_password(
        code=code, state=state, password=form.cleaned_data["password1"], request=request
    )
    if owner is None:
        return _ask_anew(request, RESET)
    messages.success(request, _("Your password is changed"))
    return _sign_in(request, owner, code, "")


def _sign_in(request: HttpRequest, account: User, code: Code, then: str) -> HttpResponse:
    """Through django-allauth's stages: a second factor is still asked for.

    Whoever has no password, since a change of contact was undone, chooses one first.
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
        "at": int(time.time()),
    }
    return redirect(STEPS[step])


SIGN_IN = Door(
    CodePurpose.SIGN_IN, "account_code", "account_code_enter", "account_code_again", _sign_in
)
RESET = Door(
    CodePurpose.RESET_PASSWORD,
    "account_reset_password",
    "account_reset_password_enter",
    "account_reset_password_again",
    _let_choose,
)


def _key(door: Door) -> str:
    return f"asked_{door.purpose}"


def _asked(request: HttpRequest, door: Door) -> Code | None:
    """The code this browser has asked for, while it lives."""
    key = request.session.get(_key(door), {}).get("code")
    return codes.living_code(key=key, purpose=door.purpose) if key else None


def _ask_anew(request: HttpRequest, door: Door) -> HttpResponse:
    if request.method == "POST":
        messages.error(request, _("This code no longer works. Please get a new one."))
    return redirect(door.ask)


def _then(request: HttpRequest, door: Door) -> str:
    """Where the person was going before signing in; empty for their own page."""
    asked = request.session.get(_key(door), {}).get("next", "")
    then: str = get_next_redirect_url(request) or asked
    return then


def _granted(request: HttpRequest, step: str) -> tuple[Code, User] | tuple[None, None]:
    """The code the grant was given for, and its account; the password was not replaced since."""
    granted = request.session.get(step)
    if granted is None or time.time() - granted["at"] > GRANTED_FOR:
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
        form.add_error("answer", _("Too many tries. Please come back tomorrow."))
        return False
    form.add_error("answer", _("This is not the answer. Five tries a day."))
    return False


def _try(request: HttpRequest, code: Code, form: CodeForm) -> tuple[Outcome, User | None]:
    try:
        outcome, account = by_code.use_code(
            code=code, typed=form.cleaned_data["code"], client=client_address(request)
        )
    except LimitReachedError:
        form.add_error("code", _("Too many tries. Please come back in an hour."))
        return Outcome.WRONG, None
    if outcome is not Outcome.RIGHT:
        record_event(account=code.account, kind=EventKind.SIGN_IN_FAILED, request=request)
    if outcome is Outcome.WRONG:
        form.add_error("code", _("This code is not right. After five tries it no longer works."))
    return outcome, account


def _too_often(request: HttpRequest, door: Door, error: LimitReachedError) -> HttpResponse:
    code = _asked(request, door)
    context = {
        "error": error,
        "code": code,
        "way_on": reverse(door.enter if code else door.ask),
    }
    return render(request, "accounts/limits/limit_reached.html", context, status=429)
