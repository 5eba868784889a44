"""Pages for people who have lost both phone and e-mail address of their account."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.codes import services as codes
from accounts.codes.restart import Why, restart, restart_expired, why_here
from accounts.codes.services import Outcome
from accounts.contacts.forms import CodeForm
from accounts.contacts.views import code_page
from accounts.limits.proof_of_work_field import guard_sending
from accounts.limits.rate_limits import has_sent_many
from accounts.limits.uses import LimitReachedError
from accounts.models import Code, CodePurpose, Rescue
from accounts.recovery import new_contact_code
from accounts.recovery import staff_assisted as journey
from accounts.recovery.forms import NewContactForm
from accounts.requests.client_ip import client_address
from accounts.sessions.services import browser_of, forget_visitor

# Session keys: the requested code, and the recovery started with it.
ASKED, BEGUN = "rescue_code", "rescue"


@login_not_required
@require_safe
def lost(request: HttpRequest) -> HttpResponse:
    """找回账号: the ways to recover an account, by what the person still has (guide row 11)."""
    return render(request, "accounts/recovery/lost.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form for a new contact; POST sends a code to it."""
    form = guard_sending(NewContactForm(request.POST or None), client_address(request))
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "why": why_here(request)}
        return render(request, "accounts/recovery/rescue_ask.html", context)
    try:
        code = new_contact_code.ask_for_code(
            contact=form.cleaned_data["contact"],
            client=client_address(request),
            browser=browser_of(request),
            earlier=_asked(request),
        )
    except LimitReachedError as error:
        return _too_often(request, error)
    request.session[ASKED] = str(code.key)
    return redirect("account_rescue_enter")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The form for the code; the right one leads to the code for the school."""
    code = _asked(request)
    if code is None:
        return restart_expired(request, "account_rescue")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            outcome, begun = _try(request, code, form)
        except journey.ContactHasAccountError:
            return render(request, "accounts/recovery/rescue_has_account.html")
        if begun is not None:
            request.session[BEGUN] = str(begun.key)
            return redirect("account_rescue_state")
        if outcome is Outcome.OVER:
            return restart("account_rescue", Why.OVER)
    ways = {"change_url": reverse("account_rescue"), "resend_url": reverse("account_rescue_again")}
    return render(request, "accounts/recovery/rescue_enter.html", code_page(code, form) | ways)


@login_not_required
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Send the same code again (guide row 44)."""
    code = _asked(request)
    if code is None:
        return restart_expired(request, "account_rescue")
    if has_sent_many(client_address(request)):
        return restart("account_rescue", Why.MANY)
    try:
        new_contact_code.send_again(
            code=code, client=client_address(request), browser=browser_of(request)
        )
    except LimitReachedError as error:
        return _too_often(request, error)
    return redirect("account_rescue_enter")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def state(request: HttpRequest) -> HttpResponse:
    """The progress of the recovery; POST shows the code for the school, once."""
    key = request.session.get(BEGUN)
    begun = Rescue.objects.filter(key=key).first() if key else None
    if begun is None:
        return redirect("account_rescue")
    code = journey.new_code(rescue=begun) if request.method == "POST" else None
    context = {"rescue": begun, "contact": journey.contact_of(begun), "code": code}
    return render(request, "accounts/recovery/rescue_state.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """The page where an old contact objects; only POST does, so mail scanners change nothing."""
    rescue = journey.open_to_objection(key=key)
    done = request.method == "POST" and rescue is not None and journey.object_to(rescue=rescue)
    context = {"waiting": rescue, "done": done}
    return render(request, "accounts/recovery/stop_rescue.html", context)


def _asked(request: HttpRequest) -> Code | None:
    key = request.session.get(ASKED)
    return codes.living_code(key=key, purpose=CodePurpose.RESCUE) if key else None


def _try(request: HttpRequest, code: Code, form: CodeForm) -> tuple[Outcome, Rescue | None]:
    outcome, begun = journey.take_contact(code=code, typed=form.cleaned_data["code"])
    if outcome is Outcome.WRONG:
        form.add_error("code", _("This code is wrong. After five attempts it no longer works."))
    return outcome, begun


def _too_often(request: HttpRequest, error: LimitReachedError) -> HttpResponse:
    code = _asked(request)
    forget_visitor(request)
    way_on = reverse("account_rescue_enter" if code else "account_rescue")
    context = {"error": error, "code": code, "way_on": way_on}
    return render(request, "accounts/limits/limit_reached.html", context, status=429)
