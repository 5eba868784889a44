"""Forms of the second factor, based on django-allauth's."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.limits import login_attempts
from accounts.limits.known_devices import is_known
from accounts.requests.client_ip import client_address


class _CountedCode(mfa_forms.BaseAuthenticateForm):
    """A code of an authenticator app or a recovery code; wrong ones are counted."""

    def clean_code(self) -> str:
        """The right code. Raises ValidationError if it is wrong, used, or one of too many."""
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
    """The JSON of a browser's passkey; what Python's parser cannot handle is rejected."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The parsed value. Raises ValidationError."""
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


class SecurityKeyAgainForm(webauthn_forms.ReauthenticateWebAuthnForm):
    """A passkey, to re-authenticate."""

    credential = CredentialField()


class AddSecurityKeyForm(webauthn_forms.AddWebAuthnForm):
    """A new security key or passkey, with a name."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")

    def clean(self) -> dict[str, Any]:
        """The credential, checked by django-allauth, which handles only some malformed ones."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned
