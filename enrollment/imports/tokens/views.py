"""Pages to create, list and revoke import tokens."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_role
from accounts.roles import Role
from enrollment.imports.tokens import services as acts
from enrollment.imports.tokens.forms import TokenForm
from enrollment.models import TokenRight
from enrollment.queries import institutions_of


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens of the registrar's institutions."""
    context = {"tokens": acts.tokens_of(require_role(request, Role.REGISTRAR))}
    return render(request, "enrollment/imports/tokens/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def new_token(request: HttpRequest) -> HttpResponse:
    """Create a token; the response shows its secret once."""
    user = require_role(request, Role.REGISTRAR)
    form = TokenForm(request.POST or None, schools=institutions_of(user))
    if request.method == "POST" and form.is_valid():
        token, secret = acts.create_token(
            institution=form.cleaned_data["institution"],
            name=form.cleaned_data["name"],
            right=TokenRight(form.cleaned_data["right"]),
            days=int(form.cleaned_data["days"]),
            by=user,
        )
        address = request.build_absolute_uri(reverse("import_api:receive"))
        context = {"token": token, "secret": secret, "address": address}
        return render(request, "enrollment/imports/tokens/made.html", context)
    return render(request, "enrollment/imports/tokens/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask for confirmation; POST revokes the token."""
    user = require_role(request, Role.REGISTRAR)
    token = get_object_or_404(acts.tokens_of(user), key=key)
    if request.method == "POST":
        acts.revoke_token(token=token, by=user)
        messages.success(request, _("The token was revoked and no longer works."))
        return redirect("registry:tokens")
    return render(request, "enrollment/imports/tokens/revoke.html", {"token": token})
