"""Forms of sign-up."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.consent.fields import ConsentField
from accounts.consent.services import store_consent
from accounts.identifiers.email_addresses import MailboxField
from accounts.identifiers.phone_numbers import clean_mobile
from accounts.limits import login_attempts
from accounts.limits.proof_of_work_field import guard_sending
from accounts.limits.rate_limits import consume_for_client
from accounts.limits.uses import LimitReachedError
from accounts.models import Purpose, User
from accounts.requests.client_ip import client_address
from accounts.sign_in.forms import PASSWORD_HINT
from accounts.sign_up.activation import awaited_address


class KeptPassword(forms.BaseForm):
    """Keeps a new password in the form when another field was wrong, to avoid typing it again.

    No cache stores the page, and the password gives no access yet.
    """

    def full_clean(self) -> None:
        """Check the form; a rejected password is not kept."""
        super().full_clean()
        box = self.fields["password1"].widget
        if isinstance(box, forms.PasswordInput):
            box.render_value = "password1" not in self.errors


class SignupForm(KeptPassword, allauth_forms.SignupForm):
    """Registration with an e-mail address and a password (guide rows 4, 5)."""

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = mailbox = MailboxField()
        mailbox.help_text = _("The activation link is sent there.")
        waits = awaited_address(context.request)
        if waits is not None:  # came back to change it
            self.initial.setdefault("email", waits.email)
        password = self.fields["password1"]
        password.label = _("Password")
        password.help_text = PASSWORD_HINT
        password.widget.attrs.pop("placeholder", None)
        password.widget.attrs["data-password-strength"] = ""
        self.fields["consent"] = ConsentField(Purpose.ACCOUNT)
        guard_sending(self, client_address(context.request))

    def clean(self) -> dict[str, Any]:
        """The form's data; counts the e-mail to be sent for the client's network address."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            with transaction.atomic():
                consume_for_client(client_address(context.request))
        except LimitReachedError as error:
            raise ValidationError(login_attempts.wait_until(error.retry_at)) from error
        return cleaned

    def save(self, request: HttpRequest) -> User:
        """The new account, with the consent given on the form."""
        made: User = super().save(request)
        store_consent(account=made, purpose=Purpose.ACCOUNT)
        return made

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """The new account, or the response for an address that has one already.

        In that case an account is created and rolled back, so that response times are equal (T4).
        """
        if self.account_already_exists:
            self.account_already_exists = False
            with transaction.atomic():
                self.save(request)
                transaction.set_rollback(True)
            self.account_already_exists = True
        made: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return made


class PhoneSignupForm(KeptPassword, forms.Form):
    """Registration with a mobile number and a password (guide rows 34, 37)."""

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


class SignUpPasswordForm(forms.Form):
    """The password chosen at sign-up, entered again on another device."""

    password = forms.CharField(
        label=_("Password chosen at sign-up"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
