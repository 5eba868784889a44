"""“还能联系到你吗”: once a year each contact of an account is looked at again (guide row 10).

The same question binds the missing one: with a single contact whoever loses it
depends on the school (guide row 12).
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.signals import user_logged_in
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import ContactCheck, User
from delivery.email.bounces import forget_return
from delivery.models import Channel

VALID_FOR = timedelta(days=365)
PUT_OFF_FOR = timedelta(days=30)
DUE = "contacts_due"  # in the session


def note_contact(*, account: User, channel: Channel) -> None:
    """The owner has just used or confirmed the contact: not asked again for a year."""
    _ask_again(account, channel, VALID_FOR)
    if channel == Channel.EMAIL:
        confirmed = EmailAddress.objects.filter(user=account, verified=True)
        for address in confirmed.values_list("email", flat=True):
            forget_return(address)


def put_off(*, account: User) -> None:
    """The owner would rather answer later: nothing is asked for a month."""
    for channel in contacts_to_ask(account):
        _ask_again(account, channel, PUT_OFF_FOR)


def contacts_to_ask(account: User) -> list[Channel]:
    """The contacts to confirm, bound a year ago or longer, and those a student could bind."""
    asked = dict(
        ContactCheck.objects.filter(account=account).values_list("channel", "ask_again_at")
    )
    bound = _bound_channels(account)
    now, first_time = timezone.now(), account.date_joined + VALID_FOR
    return [
        channel
        for channel in Channel
        if (channel in bound or account.is_student)
        and asked.get(channel, first_time if channel in bound else now) <= now
    ]


def remember_due(request: HttpRequest, account: User) -> None:
    """Keep in the session whether something is to be asked: pages tell so without a query."""
    request.session[DUE] = bool(contacts_to_ask(account))


def listen() -> None:
    """Look at each sign-in."""
    user_logged_in.connect(_signed_in, dispatch_uid="contacts-due")


def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    remember_due(request, user)


def _bound_channels(account: User) -> set[Channel]:
    bound = {Channel.SMS} if account.phone_confirmed_at else set()
    if EmailAddress.objects.filter(user=account, verified=True).exists():
        bound.add(Channel.EMAIL)
    return bound


def _ask_again(account: User, channel: Channel, pause: timedelta) -> None:
    ContactCheck.objects.update_or_create(
        account=account, channel=channel, defaults={"ask_again_at": Now() + pause}
    )
