"""Forms of sign-in and recovery, most of them based on django-allauth's."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import services as identifiers
from accounts.identifiers.email_addresses import MAX_TYPED
from accounts.identifiers.phone_numbers import clean_mobile
from accounts.limits import login_attempts
from accounts.limits.known_devices import is_known_by_name
from accounts.limits.proof_of_work_field import ProofOfWorkField
from accounts.models import User
from accounts.requests.client_ip import client_address
from delivery.models import Channel

PASSWORD_HINT = _("At least 8 characters; three words you can remember make a good password.")


class LoginForm(allauth_forms.LoginForm):
    """Sign-in by e-mail address, mobile number or username (guide row 14)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("Mobile number, email or username")
        login.widget.attrs.pop("placeholder", None)
        login.widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
            "data-account-name": "",
        }
        password = self.fields["password"]
        password.widget.attrs.pop("placeholder", None)
        password.help_text = ""
        self._demand_proof()

    def clean(self) -> dict[str, Any]:
        """Check the password; one wrong attempt too many adds the proof of work at once."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            self._demand_proof()
            raise
        if self.errors:
            self._demand_proof()
        return cleaned

    def _demand_proof(self) -> None:
        typed = self.data.get("login", "")
        if not typed:
            return
        name, request = login_attempts.normalised_name(typed), self.request
        known = is_known_by_name(request, name)
        demand = login_attempts.challenge_for(
            name=name, client=client_address(request), known=known
        )
        if demand is not None:
            self.fields["captcha"] = ProofOfWorkField(
                level=demand.level, without_script=demand.until
            )

    def clean_login(self) -> str:
        """An e-mail address in canonical form; anything else as typed."""
        typed: str = super().clean_login()
        try:
            found = identifiers.parse(typed)
        except ValidationError:
            return typed
        return found.value if found.channel == Channel.EMAIL else typed

    def clean_captcha(self) -> str:
        """Note that a proof was given, so that the password may be checked."""
        login_attempts.mark_proved(self.request)
        return str(self.cleaned_data["captcha"])

    def user_credentials(self) -> dict[str, str]:
        """The credentials; a mobile number is looked up as such first."""
        credentials: dict[str, str] = super().user_credentials()
        try:
            credentials["phone"] = clean_mobile(self.cleaned_data["login"])
        except ValidationError:
            return credentials
        return credentials


class IdentifierForm(forms.Form):
    """The identifier of an account, in one field (guide row 14)."""

    login = forms.CharField(
        label=_("Mobile number, email or username"),
        max_length=MAX_TYPED,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "data-account-name": "",
            }
        ),
    )

    def clean_login(self) -> identifiers.Identifier:
        return identifiers.parse(self.cleaned_data["login"])


class NewPasswordForm(forms.Form):
    """A new password; typed once, because it can be shown."""

    password1 = forms.CharField(
        label=_("New password"),
        help_text=PASSWORD_HINT,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "data-password-strength": ""}
        ),
    )

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.account)
        return password


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """A new password, with the current one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["oldpassword"].label = _("Current password")
        password = self.fields["password1"]
        password.label = _("New password")
        password.help_text = PASSWORD_HINT
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        password.widget.attrs["data-password-strength"] = ""

    def clean_oldpassword(self) -> str:
        """The current password; wrong ones are counted as they are wherever it is asked for."""
        typed: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, typed):
            raise get_adapter().validation_error("enter_current_password")
        return typed


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password again, before a sensitive act."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)
