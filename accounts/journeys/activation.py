"""Activating an account by the link in an e-mail (guide row 13).

Whoever waits for the link is known from the sign-in that was left unfinished.
For an address that already had an account django-allauth keeps the same
unfinished sign-in without a user, so that the page looks the same.
"""

from allauth.account.internal import flows
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress, Login
from django.http import HttpRequest


def awaited_address(request: HttpRequest) -> EmailAddress | None:
    """The address the link was sent to; without a user when it had an account before.

    None when nobody in this browser waits for a link.
    """
    login: Login | None = unstash_login(request, peek=True)
    if login is None:
        return None
    if login.user is None:
        return EmailAddress(email=login.email) if login.email else None
    return flows.email_verification.get_address_for_user(login.user)


def resend_link(*, request: HttpRequest, address: EmailAddress) -> None:
    """Send the link again, or to a known account's owner the notice that it exists.

    More often than the limits allow nothing is sent, and the caller is not
    told: links sent before still work.
    """
    if address.pk and address.verified:
        return
    flows.email_verification.send_verification_email_to_address(request, address, signup=True)
