"""“还能联系到你吗”: each contact is confirmed once a year (guide row 10).

The same page offers to bind the missing one: a person who loses their only contact depends on the
school (guide row 12).
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.signals import user_logged_in
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import ContactCheck, User
from database.prepared_statements import read_prepared
from delivery.email.bounces import forget_return
from delivery.models import Channel

VALID_FOR = timedelta(days=365)
PUT_OFF_FOR = timedelta(days=30)
DUE = "contacts_due"  # in the session
# Asked at every sign-in: whether a mailbox is bound, and when each contact was asked about.
_CONTACTS = """
SELECT EXISTS (SELECT FROM account_emailaddress WHERE user_id = %s AND verified),
    asked.channel, asked.ask_again_at
FROM (SELECT) AS one LEFT JOIN accounts_contactcheck AS asked ON asked.account_id = %s
"""


def note_contact(*, account: User, channel: Channel) -> None:
    """Store that the contact was used or confirmed; it is not asked about for a year."""
    _ask_again(account, channel, VALID_FOR)
    if channel == Channel.EMAIL:
        confirmed = EmailAddress.objects.filter(user=account, verified=True)
        for address in confirmed.values_list("email", flat=True):
            forget_return(address)


def postpone(*, account: User) -> None:
    """Postpone the question by a month."""
    for channel in contacts_to_ask(account):
        _ask_again(account, channel, PUT_OFF_FOR)


def contacts_to_ask(account: User) -> list[Channel]:
    """Contacts not confirmed for a year, and those that a student could still bind."""
    rows = read_prepared(_CONTACTS, [account.pk, account.pk])
    asked = {channel: ask_again_at for _, channel, ask_again_at in rows if channel}
    bound = {Channel.SMS} if account.phone_confirmed_at else set()
    if rows[0][0]:
        bound.add(Channel.EMAIL)
    now, first_time = timezone.now(), account.date_joined + VALID_FOR
    return [
        channel
        for channel in Channel
        if (channel in bound or account.is_student)
        and asked.get(channel, first_time if channel in bound else now) <= now
    ]


def remember_due(request: HttpRequest, account: User) -> None:
    """Store in the session whether contacts are due, so that pages need no query."""
    request.session[DUE] = bool(contacts_to_ask(account))


def listen() -> None:
    """Check at each sign-in whether contacts are due."""
    user_logged_in.connect(_signed_in, dispatch_uid="contacts-due")


def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    remember_due(request, user)


def _ask_again(account: User, channel: Channel, pause: timedelta) -> None:
    check = ContactCheck(account=account, channel=channel, ask_again_at=Now() + pause)
    ContactCheck.objects.bulk_create(
        [check],
        update_conflicts=True,
        unique_fields=["account", "channel"],
        update_fields=["ask_again_at"],
    )
