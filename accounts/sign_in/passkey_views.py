"""The page that adds a passkey, based on django-allauth's."""

from typing import Any

from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.sign_in.mfa_forms import TOO_MANY_PASSKEYS, has_most_passkeys


class AddPasskeyView(AddWebAuthnView):
    """Adds a passkey; with the most possible it leads to the list, before the browser makes one."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form, or the list of passkeys if one must be removed first."""
        if has_most_passkeys(self.request.user):
            return self._to_the_list()
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check and store the passkey in one transaction, for the lock of the form."""
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form with what is wrong, or the list of passkeys as above."""
        if has_most_passkeys(self.request.user):
            return self._to_the_list()
        answer: HttpResponse = super().form_invalid(form)
        return answer

    def _to_the_list(self) -> HttpResponse:
        messages.error(self.request, TOO_MANY_PASSKEYS)
        return redirect("mfa_list_webauthn")
