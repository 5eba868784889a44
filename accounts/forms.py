"""The forms of sign-up, sign-in and password reset, on top of django-allauth's."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

# RFC 5321: a path of 256 characters less its brackets.
EMAIL_LENGTH = 254
PASSWORD_HINT = _("At least 8 characters; three words you can remember make a good password.")


class LoginForm(allauth_forms.LoginForm):
    """Sign in with whatever was registered (guide row 14)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("E-mail or username")
        login.widget.attrs.pop("placeholder", None)
        login.widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        password = self.fields["password"]
        password.widget.attrs.pop("placeholder", None)
        password.help_text = ""


class SignupForm(allauth_forms.SignupForm):
    """Register with an e-mail address and a password (guide rows 4, 5)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        # django-allauth would cut a longer address short without a word.
        email.validators.append(MaxLengthValidator(EMAIL_LENGTH))
        email.label = _("E-mail address")
        email.help_text = _("A mailbox you will still open when you graduate.")
        email.widget = forms.EmailInput(
            attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        )
        password = self.fields["password1"]
        password.label = _("Password")
        password.help_text = PASSWORD_HINT
        password.widget.attrs.pop("placeholder", None)
        password.widget.attrs["data-password-strength"] = ""


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Ask for a link to choose a new password (guide row 11)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = _("E-mail address")
        email.widget.attrs.pop("placeholder", None)
        email.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """Choose a new password; typed once, since it can be shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        password = self.fields["password1"]
        password.label = _("New password")
        password.help_text = PASSWORD_HINT
        password.widget.attrs.pop("placeholder", None)
        password.widget.attrs["data-password-strength"] = ""


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Choose a new password, knowing the old one."""

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


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """Type the password again before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)


class AddSecurityKeyForm(webauthn_forms.AddWebAuthnForm):
    """Add a security key or passkey under a name that tells it from others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
