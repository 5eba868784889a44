"""Activation of an account by the link in an e-mail (guide row 13).

The person waiting for the link is known from the unfinished sign-in. For an address that already
had an account, django-allauth keeps the same unfinished sign-in without a user, so that the page
looks the same.

The link proves access to the mailbox, not that the same person signed up: in another browser it
asks for the password chosen at sign-up, or for a new one.
"""

from allauth.account.internal import flows
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress, EmailConfirmationHMAC, Login
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.password_state import lock_account
from accounts.sessions.backends import account_with_roles
from accounts.sign_in import by_code


def awaited_address(request: HttpRequest) -> EmailAddress | None:
    """The address the link was sent to; without a user if it had an account before.

    None if this browser has no unfinished sign-up.
    """
    login: Login | None = unstash_login(request, peek=True)
    if login is None:
        return None
    if login.user is None:
        return EmailAddress(email=login.email) if login.email else None
    return flows.email_verification.get_address_for_user(login.user)


def resend_link(*, request: HttpRequest, address: EmailAddress) -> None:
    """Send the link again, or the owner of a known account the notice that it exists.

    Above the limits nothing is sent and no error raised: links sent earlier still work.
    """
    if address.pk and address.verified:
        return
    flows.email_verification.send_verification_email_to_address(request, address, signup=True)


def find_confirmation(key: str) -> EmailConfirmationHMAC | None:
    """The confirmation of a link, while its address can still be confirmed."""
    found: EmailConfirmationHMAC | None = EmailConfirmationHMAC.from_key(key)
    return found if found is not None and found.email_address.can_set_verified() else None


def signed_up_here(request: HttpRequest, address: EmailAddress) -> bool:
    """Whether this browser has signed up with ``address``, or has entered its password since."""
    login: Login | None = unstash_login(request, peek=True)
    return login is not None and login.user is not None and login.user.pk == address.user_id


def activate_here(
    *, request: HttpRequest, confirmation: EmailConfirmationHMAC
) -> HttpResponse | None:
    """Activate in the browser that signed up, and sign in; None if it is too late."""
    answer: HttpResponse | None
    _, answer = flows.email_verification.verify_email_and_resume(request, confirmation)
    return answer


def activate_with_password(
    *, request: HttpRequest, confirmation: EmailConfirmationHMAC
) -> HttpResponse | None:
    """Activate in another browser, after the password of the sign-up was entered."""
    address = confirmation.email_address
    if confirmation.confirm(request) is None:
        return None
    return _sign_in(request, address.user, method="password")


def activate_with_new_password(
    *, request: HttpRequest, confirmation: EmailConfirmationHMAC, password: str
) -> HttpResponse | None:
    """Activate with a new password; the old one and everything granted with it end."""
    address = confirmation.email_address
    with transaction.atomic():
        account = lock_account(address.user_id)
        if not by_code.prove_mailbox(account=account, mailbox=address.email):
            return None
        by_code.replace_password(account=account, password=password, request=request)
    return _sign_in(request, account, method="code")


def _sign_in(request: HttpRequest, account: User, *, method: str) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    account = account_with_roles(account.pk)
    record_authentication(request, account, method=method)
    answer: HttpResponse = perform_login(request, Login(user=account))
    return answer
