"""Addresses for load balancers and monitoring: /healthz, /readyz, /metrics."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from xuejiportal.monitoring import health


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer a load balancer: the process is up."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The state of each part; 503 where one that pages need does not work."""
    findings = health.examine()
    is_ready = all(finding.is_well for finding in findings if finding.is_needed)
    parts = {finding.name: {"well": finding.is_well, "told": finding.told} for finding in findings}
    answer = {"ready": is_ready, "well": all(f.is_well for f in findings), "parts": parts}
    return JsonResponse(answer, status=200 if is_ready else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus, to whom knows ``METRICS_TOKEN``; 404 without one."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse("Authorization: Bearer METRICS_TOKEN\n", status=401)
    # Imported here: the files of its counters are made at import, where they are wanted.
    from xuejiportal.monitoring.metrics import render

    return HttpResponse(render(), content_type="text/plain; version=0.0.4; charset=utf-8")
