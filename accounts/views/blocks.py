"""The block list as staff see it: search by an exact contact, lift with a reason."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import blocks
from accounts.forms import ReasonForm
from accounts.models import Block, User
from accounts.roles import Role

PER_PAGE = 30


class ContactForm(forms.Form):
    """Whose block is meant. It travels in the body, never in the address."""

    contact = forms.CharField(
        label=gettext_lazy("Mobile number or e-mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Auditors and the operator read the whole list; registrars ask for one contact."""
    reader = _reader(request)
    sees_all = reader.is_superuser or Role.AUDITOR in reader.roles
    form = ContactForm(request.POST or None)
    found = blocks.blocks_now() if sees_all else Block.objects.none()
    if form.is_valid():
        found = blocks.find_blocks(form.cleaned_data["contact"])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(block, blocks.times_blocked(block)) for block in page.object_list],
        "asked": form.is_bound,
        "sees_all": sees_all,
        "may_lift": _may_lift(reader),
    }
    return render(request, "accounts/blocks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift one entry."""
    reader = _reader(request)
    if not _may_lift(reader):
        raise Http404
    block = get_object_or_404(Block, pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        if blocks.lift_block(block=block, by=reader, **form.cleaned_data):
            messages.success(request, _("Lifted: messages can be sent again."))
        else:
            messages.info(request, _("It was lifted already, or has run out."))
        return redirect("accounts:blocks")
    return render(request, "accounts/lift_block.html", {"entry": block, "form": form})


def _reader(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    if not (user.is_superuser or {Role.REGISTRAR, Role.AUDITOR} & user.roles):
        raise Http404
    return user


def _may_lift(user: User) -> bool:
    return user.is_superuser or Role.REGISTRAR in user.roles
