"""The operator's pages: the state of the portal, and the lists that explain it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from delivery.models import OutboxMessage, Status
from delivery.outbox.queries import RECENT
from enrollment.models import ImportBatch, Institution
from xuejiportal.operator.state import parts_of_portal

PER_PAGE = 50


@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Whether the portal is well, what is not, and what to do."""
    _require_operator(request)
    parts = parts_of_portal()
    amiss = [part for part in parts if not part.is_well]
    return render(request, "operator/state.html", {"parts": parts, "amiss": amiss})


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """The 2,000 newest messages, or those of them that failed; recipients masked."""
    _require_operator(request)
    only_failed = request.GET.get("only") == "failed"
    newest = OutboxMessage.objects.order_by("-pk").values("pk")[:RECENT]
    found = OutboxMessage.objects.filter(pk__in=newest).order_by("-pk").defer("sealed")
    found = found.filter(status=Status.FAILED) if only_failed else found
    return _list(request, "operator/messages.html", found, only_failed=only_failed)


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """The newest imports of all institutions, without the names of files."""
    _require_operator(request)
    found = ImportBatch.objects.order_by("-pk").select_related("institution")
    return _list(request, "operator/imports.html", found)


@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    """The institutions that use the portal, with the numbers of their registrars and classes."""
    _require_operator(request)
    found = Institution.objects.filter(batches__isnull=False) | Institution.objects.filter(
        registrars__isnull=False
    )
    counted = found.annotate(
        registrar_count=Count("registrars", distinct=True),
        class_count=Count("classes", distinct=True),
    )
    return _list(request, "operator/institutions.html", counted.order_by("code"))


def _list(
    request: HttpRequest, template: str, found: QuerySet[Any], **context: object
) -> HttpResponse:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"page": page, **context})


def _require_operator(request: HttpRequest) -> None:
    if not signed_in(request).is_superuser:
        raise Http404
