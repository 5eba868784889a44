"""Parts of the pages of uploads: registry files and ZIPs of photographs."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from accounts.access import signed_in
from enrollment.files.faults import FileFaultError
from enrollment.files.quota import may_upload
from enrollment.files.upload_handlers import tell_of_full_disk
from enrollment.models.upload import Upload, WrongStateError

PER_PAGE = 20
ACTED_ON = gettext_lazy("Someone else has just handled this file.")


def list_page(
    request: HttpRequest,
    *,
    form: forms.Form,
    uploads: QuerySet[Any],
    store: Callable[[Mapping[str, Any]], Upload],
    page: str,
    template: str,
) -> HttpResponse:
    """The list of ``uploads``; POST stores one from the form's data and goes to its ``page``."""
    tell_of_full_disk(request, form)
    if request.method == "POST" and form.is_valid() and _is_within_quota(request, form):
        try:
            upload = store(form.cleaned_data)
        except FileFaultError as error:
            form.add_error("file", error.message)
        else:
            return redirect(page, upload.key)
    shown = Paginator(uploads, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"form": form, "page": shown})


def _is_within_quota(request: HttpRequest, form: forms.Form) -> bool:
    institution = form.cleaned_data["institution"]
    return may_upload(form, account=signed_in(request), institution=institution)


def try_act(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Whether ``act`` was done; if another person was first, a message says so."""
    try:
        act()
    except WrongStateError:
        messages.error(request, ACTED_ON)
        return False
    return True
