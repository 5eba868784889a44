"""The portal's rules as hooks of django-allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailConfirmation
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import signed_in
from accounts.consent.onboarding_step import CONSENT
from accounts.consent.services import mark_agreed, needs_consent
from accounts.consent.views import consent_page
from accounts.contacts.alerts import alert_phone
from accounts.identifiers.email_addresses import mailbox_of
from accounts.identifiers.services import Identifier, owner_of
from accounts.languages.services import writing_to
from accounts.limits import login_attempts, rate_limits
from accounts.limits.known_devices import is_known_by_name
from accounts.limits.uses import LimitReachedError
from accounts.models import EventKind, Purpose, User
from accounts.onboarding import landing_of
from accounts.password_state import PasswordReplacedError, lock_unchanged, password_state
from accounts.recovery.closing import close_entrances
from accounts.requests.client_ip import client_address
from accounts.security_log import record_event
from accounts.sessions.recent_proof import READING, has_just_signed_in, note_sign_up
from accounts.sessions.services import handle_of_request
from delivery.models import Channel

# Activation, and the equivalent for an address that has an account (T4).
LINKS = (
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/account_already_exists",
)
# In the session: the state of the password with which a sign-in began that waits for its next step.
BEGUN_WITH = "sign_in_begun_with"


class AccountAdapter(DefaultAccountAdapter):
    """The portal's account rules where they differ from django-allauth's."""

    def new_user(self, request: HttpRequest) -> User:
        """The account to be saved at sign-up; its owner has agreed to the notice on the form."""
        account: User = super().new_user(request)
        mark_agreed(account)
        return account

    def populate_username(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Do nothing: a username is optional, and none is generated (guide row 14)."""

    def get_login_stages(self) -> list[str]:
        """The stages, where a confirmed phone activates an account as an e-mail address does."""
        own = {"allauth.account.stages.EmailVerificationStage": "ConfirmedContactStage"}
        stages: list[str] = super().get_login_stages()
        return [f"accounts.sign_in.stages.{own[path]}" if path in own else path for path in stages]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where the account goes on, with no redirect on the way."""
        return landing_of(signed_in(request))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """As after every sign-in."""
        return self.get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the e-mail in its owner's language; links only within the limits.

        Exceeding a limit is not reported, because links sent earlier still work.
        """
        inbox = mailbox_of(email.lower())
        if template_prefix in LINKS and not rate_limits.try_consume("send_link", inbox):
            return
        mailbox = Identifier(Channel.EMAIL, email.lower())
        owner = owner_of(mailbox, unconfirmed_mailbox=True)
        with writing_to(context.get("user") or (owner.account if owner else None)):
            super().send_mail(template_prefix, email, context | {"site_url": settings.SITE_URL})

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmation
    ) -> str:
        """The link at the portal's own address: the asker chooses the host of the request."""
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return f"{settings.SITE_URL}{path}"

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, *args: Any, **kwargs: Any
    ) -> None:
        """Alert the owner of a changed password or second factor by text message as well."""
        super().send_notification_mail(template_prefix, user, *args, **kwargs)
        if isinstance(user, User):
            alert_phone(account=user, kind="security_changed")

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        """Remember with which password the sign-in begins: a factor may be asked for next."""
        if isinstance(user, User):
            request.session[BEGUN_WITH] = password_state(user)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, unless the password was replaced since: then what waited is over."""
        begun_with = request.session.pop(BEGUN_WITH, None)
        if isinstance(user, User) and begun_with != password_state(user):
            clear_login(request)
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, *, signup: bool, **kwargs: Any
    ) -> HttpResponse:
        """The redirect after sign-in, by way of a new privacy notice; notes a sign-up."""
        if signup:
            note_sign_up(request)
        answer: HttpResponse = super().post_login(request, user, signup=signup, **kwargs)
        way_on = answer.get("Location", "")
        if isinstance(user, User) and needs_consent(user) and way_on != reverse(CONSENT.page):
            return redirect(consent_page(Purpose.ACCOUNT, way_on=way_on))
        return answer

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change the password and close every code and grant issued before.

        Only the password column is written, and only if it was not replaced meanwhile.
        """
        if not isinstance(user, User):
            raise TypeError("not an account of the portal")
        try:
            with transaction.atomic():
                lock_unchanged(user)
                user.set_password(password)
                user.save(update_fields=["password"])
                close_entrances(account=user)
        except PasswordReplacedError as error:
            raise ImmediateHttpResponse(redirect("account_login")) from error

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Signing in just now is proof enough for reading data (``READING``)."""
        if app == READING:
            return not has_just_signed_in(self.request)
        asks: bool = super().is_reauthentication_required(app=app, **kwargs)
        return asks

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether ``password`` is the user's; django-allauth's own does not support phones.

        Raises ValidationError after too many wrong ones.
        """
        if not isinstance(user, User):
            raise TypeError("not an account of the portal")
        session = handle_of_request(self.request)
        try:
            self._try = login_attempts.begin_in_session(account=user, session=session)
        except LimitReachedError as error:
            raise ValidationError(login_attempts.wait_until(error.retry_at)) from error
        right = user.check_password(password)
        if right:
            self._rollback_login_failed_rl_usage()
        else:
            record_event(account=user, kind=EventKind.SIGN_IN_FAILED, request=self.request)
        return right

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before the password is checked. Raises ValidationError."""
        name = login_attempts.name_in(credentials)
        try:
            self._try = login_attempts.begin(
                name=name,
                client=client_address(request),
                proved=login_attempts.is_proved(request),
                known=is_known_by_name(request, name),
            )
        except LimitReachedError as error:
            raise ValidationError(login_attempts.wait_until(error.retry_at)) from error

    def _rollback_login_failed_rl_usage(self) -> None:
        """django-allauth's hook for a right password: the attempt is not counted as a failure."""
        login_attempts.succeed(self._try)
