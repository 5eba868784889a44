"""Forms of the second factor, based on django-allauth's."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.limits import login_attempts
from accounts.limits.known_devices import is_known
from accounts.models import User
from accounts.requests.client_ip import client_address

# All passkeys of an account are read at each sign-in. A browser's answer has one or two thousand
# characters, some ten thousand where it names its maker's certificates.
MAX_PASSKEYS = 10
MAX_CREDENTIAL, MAX_NAME = 20_000, 100
TOO_MANY_PASSKEYS = _("You have the most passkeys possible. Remove one first.")
# What the libraries raise for a passkey's answer that no browser has made: bytes cut off, other
# types, nested without end. django-allauth handles only some of it.
_MALFORMED = (
    ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError,
    struct.error, UnsupportedAlgorithm,
)  # fmt: skip


@contextmanager
def _malformed_is_wrong() -> Iterator[None]:
    """Refuse a malformed answer of a passkey like a wrong one, with ValidationError."""
    try:
        yield
    except _MALFORMED as error:
        raise get_adapter().validation_error("incorrect_code") from error


def _require_own_page(answer: Any) -> None:
    """Raise ValidationError unless a passkey gave ``answer`` at a page of the portal itself.

    The library takes pages of every name below the portal's and at every port as well.
    """
    data, request = answer.response.client_data, context.request
    own = {f"{request.scheme}://{request.get_host()}", settings.SITE_URL}
    if data.origin not in own or data.cross_origin:
        raise get_adapter().validation_error("incorrect_code")


class _CountedCode(mfa_forms.BaseAuthenticateForm):
    """A code of an authenticator app or a recovery code; wrong ones are counted."""

    def clean_code(self) -> str:
        """The right code. Raises ValidationError if it is wrong, used, or after too many tries."""
        request = context.request
        tried = login_attempts.check_factor(
            account=self.user,
            client=client_address(request),
            known=is_known(request, self.user),
        )
        code: str = super().clean_code()
        login_attempts.use_factor_code(account=self.user, code=code)
        login_attempts.succeed(tried)
        return code


class SecondFactorForm(_CountedCode, mfa_forms.AuthenticateForm):
    """A code of the authenticator app, or a recovery code, to sign in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code of the authenticator app, or a recovery code")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["inputmode"] = "numeric"


class FactorAgainForm(_CountedCode, mfa_forms.ReauthenticateForm):
    """A code of the second factor, to re-authenticate."""


class CredentialField(forms.JSONField):
    """The JSON of a browser's passkey; what is too long, or not JSON for Python, is rejected."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The parsed value. Raises ValidationError."""
        if isinstance(value, str) and len(value) > MAX_CREDENTIAL:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The sent value for display in the form again."""
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return None


class AuthenticateSecurityKeyForm(webauthn_forms.AuthenticateWebAuthnForm):
    """Sign-in with a passkey as second factor."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """The account's passkey that gave the answer. Raises ValidationError."""
        with _malformed_is_wrong():
            _require_own_page(auth.parse_authentication_response(self.cleaned_data["credential"]))
            return super().clean_credential()


class SecurityKeyAgainForm(AuthenticateSecurityKeyForm):
    """A passkey, to re-authenticate."""

    reauthenticated = True


class AddSecurityKeyForm(webauthn_forms.AddWebAuthnForm):
    """A new security key or passkey, with a name."""

    name = forms.CharField(label=_("Name of the key"), max_length=MAX_NAME, required=False)
    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        """The credential, checked by django-allauth. Raises ValidationError.

        Locks the account, so that of two at a time the second counts the first: within the
        transaction that stores the passkey.
        """
        User.objects.select_for_update().get(pk=self.user.pk)
        if has_most_passkeys(self.user):
            raise forms.ValidationError(TOO_MANY_PASSKEYS)
        with _malformed_is_wrong():
            if given := self.cleaned_data.get("credential"):
                _require_own_page(auth.parse_registration_response(given))
            cleaned: dict[str, Any] = super().clean()
        return cleaned


def has_most_passkeys(account: User) -> bool:
    """Whether the account has as many passkeys as it may have."""
    passkeys = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN)
    held: int = passkeys.count()
    return held >= MAX_PASSKEYS


class RenameSecurityKeyForm(webauthn_forms.EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name of the key"), max_length=MAX_NAME)
