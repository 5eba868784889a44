"""Pages that belong to no app: home, health, errors."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from accounts.onboarding import first_open_step
from accounts.roles import Role


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page: what this is, and the one entry 学籍查询 (guide row 3)."""
    return render(request, "home.html")


# Where each role's work begins, the narrower role first.
DESKS = {
    Role.COUNSELOR: "support:board",
    Role.REGISTRAR: "registry:imports",
    Role.AUDITOR: "trail",
}


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Lead whoever has signed in to what is left to do, else to their own page: the
    record, or the work of their role.
    """
    step = first_open_step(request.user)
    if step is not None:
        return redirect(step.page)
    roles: frozenset[Role] = getattr(request.user, "roles", frozenset())
    if getattr(request.user, "is_superuser", False):
        return redirect("registry:appointments")
    name = next((page for role, page in DESKS.items() if role in roles), "enrollment:status")
    return redirect(name)


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows when the network is gone."""
    return render(request, "offline.html")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the offline page; at the root, so that it covers every page."""
    response = render(request, "service_worker.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer a load balancer: the process is up."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without its token: usually cookies are off or expired."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read, or that is larger than the portal takes.

    Rendered without the request: it may lack a session, and its address may be damaged.
    """
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
