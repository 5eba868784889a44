"""The forms of sign-up, sign-in and recovery; where it has one, on top of django-allauth's."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import guessing, identifiers, usernames
from accounts.captcha_field import CaptchaField, guard_sending
from accounts.known_devices import is_known_by_name
from accounts.limits import LimitReachedError, client_address, spend_client
from accounts.mailbox import MOST_TYPED, MailboxField
from accounts.models import Purpose, User
from accounts.phone import clean_mobile
from accounts.privacy.consent.fields import ConsentField
from accounts.privacy.consent.services import give_consent
from delivery.models import Channel

PASSWORD_HINT = _("At least 8 characters; three words you can remember make a good password.")


class LoginForm(allauth_forms.LoginForm):
    """Sign in with whatever was registered (guide row 14)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("E-mail, mobile number or username")
        login.widget.attrs.pop("placeholder", None)
        login.widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        password = self.fields["password"]
        password.widget.attrs.pop("placeholder", None)
        password.help_text = ""
        self._demand_proof()

    def clean(self) -> dict[str, Any]:
        """Look at the password; after one wrong too many the proof is asked for at once."""
        try:
            cleaned: dict[str, Any] = super().clean()
        finally:
            self._demand_proof()
        return cleaned

    def _demand_proof(self) -> None:
        typed = self.data.get("login", "")
        if not typed:
            return
        name, request = guessing.name_typed(typed), self.request
        known = is_known_by_name(request, name)
        demand = guessing.demand_for(name=name, client=client_address(request), known=known)
        if demand is not None:
            self.fields["captcha"] = CaptchaField(level=demand.level, without_script=demand.until)

    def clean_login(self) -> str:
        """An e-mail address in its one form; anything else as typed."""
        typed: str = super().clean_login()
        try:
            found = identifiers.parse(typed)
        except ValidationError:
            return typed
        return found.value if found.channel == Channel.EMAIL else typed

    def clean_captcha(self) -> str:
        """Let the password be looked at."""
        guessing.prove(self.request)
        return str(self.cleaned_data["captcha"])

    def user_credentials(self) -> dict[str, str]:
        """What the one field holds: a mobile number is looked up as such first."""
        credentials: dict[str, str] = super().user_credentials()
        try:
            credentials["phone"] = clean_mobile(self.cleaned_data["login"])
        except ValidationError:
            return credentials
        return credentials


class SignupForm(allauth_forms.SignupForm):
    """Register with an e-mail address and a password (guide rows 4, 5)."""

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = MailboxField()
        password = self.fields["password1"]
        password.label = _("Password")
        password.help_text = PASSWORD_HINT
        password.widget.attrs.pop("placeholder", None)
        password.widget.attrs["data-password-strength"] = ""
        self.fields["consent"] = ConsentField(Purpose.ACCOUNT)
        guard_sending(self, client_address(context.request))

    def clean(self) -> dict[str, Any]:
        """A letter leaves: it counts for the network address that asked."""
        cleaned: dict[str, Any] = super().clean()
        if self.errors:
            return cleaned
        try:
            with transaction.atomic():
                spend_client(client_address(context.request))
        except LimitReachedError as error:
            raise ValidationError(guessing.wait_until(error.lifts_at)) from error
        return cleaned

    def save(self, request: HttpRequest) -> User:
        """The new account, with the consent given on the form."""
        made: User = super().save(request)
        give_consent(account=made, purpose=Purpose.ACCOUNT)
        return made

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """The new account, or the answer for an address that has one already.

        Then an account is made all the same and taken back: the time tells nothing (T4).
        """
        if self.account_already_exists:
            self.account_already_exists = False
            with transaction.atomic():
                self.save(request)
                transaction.set_rollback(True)
            self.account_already_exists = True
        made: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return made


class PhoneSignupForm(forms.Form):
    """Register with a mobile number and a password (guide rows 34, 37)."""

    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("Your own number; you can sign in with it."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    password1 = forms.CharField(
        label=_("Password"),
        help_text=PASSWORD_HINT,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "data-password-strength": ""}
        ),
    )
    consent = ConsentField(Purpose.ACCOUNT)

    def clean_phone(self) -> str:
        return clean_mobile(self.cleaned_data["phone"])

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, User(phone=self.cleaned_data.get("phone")))
        return password


class IdentifierForm(forms.Form):
    """Which account is meant, in one field (guide row 14)."""

    login = forms.CharField(
        label=_("E-mail, mobile number or username"),
        max_length=MOST_TYPED,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_login(self) -> identifiers.Identifier:
        return identifiers.parse(self.cleaned_data["login"])


class KnownContactForm(forms.Form):
    """A contact of the account, for people who have forgotten how they sign in."""

    contact = forms.CharField(
        label=_("E-mail or mobile number"),
        help_text=_("One that you can still read, and that is bound to the account."),
        max_length=MOST_TYPED,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_contact(self) -> identifiers.Identifier:
        return identifiers.parse_contact(self.cleaned_data["contact"])


class NewContactForm(KnownContactForm):
    """A contact to be bound in place of those that are lost."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].label = _("New mobile number or e-mail")
        self.fields["contact"].help_text = _(
            "Your own, that you can read now. It will be how you sign in."
        )


class ReasonForm(forms.Form):
    """Why a member of staff gives, takes or lifts something; it stays in the audit trail."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class NewPasswordForm(forms.Form):
    """Choose a new password; typed once, since it can be shown."""

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


class SignUpPasswordForm(forms.Form):
    """The password that was chosen at sign-up, typed again on another device."""

    password = forms.CharField(
        label=_("Password chosen at sign-up"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class UsernameForm(forms.Form):
    """A name to sign in with, beside e-mail and phone."""

    username = forms.CharField(
        label=_("Username"),
        help_text=_("4 to 32 characters, beginning with a letter or a Chinese character."),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_username(self) -> str:
        return usernames.clean_username(self.cleaned_data["username"])


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
