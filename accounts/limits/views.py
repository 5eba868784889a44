"""The block list for staff: search by exact contact, lift with a reason."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.limits import blocklist
from accounts.models import Block, User
from accounts.reason_form import ReasonForm
from accounts.roles import Role

PAGE_SIZE = 30
NAMED = "named_blocks"  # in the session: the entries found by a contact typed in full


class ContactForm(forms.Form):
    """The contact to search for, posted in the body, never in the URL."""

    contact = forms.CharField(
        label=gettext_lazy("Mobile number or email address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """The block list: all of it for auditors and the operator, else of the registrar's schools.

    The entry of any contact typed in full is found as well.
    """
    reader = _reader(request)
    sees_all = _sees_all(reader)
    form = ContactForm(request.POST or None)
    found = blocklist.blocks_now() if sees_all else blocklist.blocks_of_schools(reader)
    if form.is_valid():
        found = blocklist.find_blocks(form.cleaned_data["contact"])
        named = [str(block.key) for block in found[:PAGE_SIZE]]
        request.session[NAMED] = [*named, *request.session.get(NAMED, [])][:PAGE_SIZE]
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(block, blocklist.times_blocked(block)) for block in page.object_list],
        "asked": form.is_bound,
        "sees_all": sees_all,
        "may_lift": _may_lift(reader),
    }
    return render(request, "accounts/limits/blocks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, key: UUID) -> HttpResponse:
    """Lift one entry of the registrar's schools, or of a contact that was typed in full."""
    reader = _reader(request)
    if not _may_lift(reader):
        raise Http404
    block = get_object_or_404(Block, key=key)
    named = str(block.key) in request.session.get(NAMED, [])
    own = blocklist.blocks_of_schools(reader).filter(pk=block.pk)
    if not (_sees_all(reader) or named or own.exists()):
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        if blocklist.lift_block(block=block, by=reader, **form.cleaned_data):
            messages.success(request, _("Lifted: messages can be sent again."))
        else:
            messages.info(request, _("It has already been lifted, or has expired."))
        return redirect("accounts:blocks")
    return render(request, "accounts/limits/lift_block.html", {"entry": block, "form": form})


def _reader(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    if not (user.is_superuser or {Role.REGISTRAR, Role.AUDITOR} & user.roles):
        raise Http404
    return user


def _sees_all(user: User) -> bool:
    return user.is_superuser or Role.AUDITOR in user.roles


def _may_lift(user: User) -> bool:
    return user.is_superuser or Role.REGISTRAR in user.roles
